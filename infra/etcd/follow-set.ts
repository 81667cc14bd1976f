import { type Etcd3 } from 'etcd3';
import { next, type Revision } from '../../domain/revision.js';
import { follow, type FollowOptions } from './follow.js';
import { type KeyRange } from './key-path.js';
import { listRange } from './range.js';
import { type StoredValue } from './stored-value.js';
import { newestOf } from './witness.js';

/** All keys of a range by name, as they stood at a revision. The map is changed in place: read it before going on. */
export interface FollowedSet {
  readonly values: ReadonlyMap<string, StoredValue>;
  readonly revision: Revision;
}

/**
 * A small range of keys, kept in memory: as it is now, then again after each change, until the signal aborts. Bears
 * whatever etcd does; a range that was compacted meanwhile is listed anew.
 *
 * @throws HistoryRolledBack when etcd goes back behind what was seen, and what `stillSame` throws
 */
export async function* followSet(
  client: Etcd3,
  range: KeyRange,
  signal: AbortSignal,
  options: Pick<FollowOptions, 'stillSame'> = {},
): AsyncGenerator<FollowedSet, void, undefined> {
  while (!signal.aborted) {
    const listed = await listSet(client, range, signal);
    if (listed === undefined) continue;
    const { values, revision } = listed;
    yield { values, revision };
    const seen = newestOf(values.values());
    for await (const heard of follow(client, range, next(revision), signal, { ...options, seen })) {
      if (heard.kind === 'compacted') break;
      if (heard.kind === 'quiet') continue;
      for (const { key, stored } of heard.changes) {
        if (stored === undefined) values.delete(key);
        else values.set(key, stored);
      }
      yield { values, revision: heard.through };
    }
  }
}

/** A small range as it is now; undefined when it has to be tried again, or when the signal has aborted. */
export const listSet = async (
  client: Etcd3,
  range: KeyRange,
  signal: AbortSignal,
): Promise<(FollowedSet & { readonly values: Map<string, StoredValue> }) | undefined> => {
  const values = new Map<string, StoredValue>();
  try {
    for await (const page of listRange(client, range, signal)) {
      if (page.kind === 'compacted') return undefined;
      for (const stored of page.values) values.set(stored.key, stored);
      if (page.last) return { values, revision: page.revision };
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return undefined;
};
