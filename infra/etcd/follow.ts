import { type Etcd3, type IWatchResponse } from 'etcd3';
import { next, previous, type Revision, revision } from '../../domain/revision.js';
import { type StoreFailure } from '../../domain/store-answer.js';
import { usualDeadlineMs } from './client.js';
import { failureOf } from './failure.js';
import { type KeyRange } from './key-path.js';
import { EtcdError, persistently, shortPause } from './persistently.js';
import { headRevision } from './range.js';
import { HistoryRolledBack } from './rolled-back.js';
import { WatchStream } from './watch-stream.js';
import { type Change, WholeRevisions } from './whole-revisions.js';
import { isInHistory, newestOf, type Witness } from './witness.js';

/** What a follower hears. */
export type Followed =
  /** Whole revisions in order, within each by key; everything up to and including `through` has been handed on. */
  | { readonly kind: 'changes'; readonly changes: readonly Change[]; readonly through: Revision }
  /**
   * Quiet so far, and etcd has reached this revision. It does not say that all changes up to it have been handed on:
   * before 3.4.25 and 3.5.8 etcd lets this answer overtake changes that wait in the same stream.
   */
  | { readonly kind: 'quiet'; readonly head: Revision }
  /** The next revision has been compacted away: list again. The last thing heard. */
  | { readonly kind: 'compacted' };

export interface FollowOptions {
  /** Milliseconds in which etcd says that a watch has begun, as long as a call takes by default. */
  readonly openMs?: number;
  /** Milliseconds of quiet after which etcd is asked for a sign of life; 1 s by default. */
  readonly progressEveryMs?: number;
  /**
   * Milliseconds without any sign after which the stream is opened anew; 10 s by default. One whose member gives no sign
   * otherwise either, while another does, is given up when a second of its signs is due.
   */
  readonly silenceMs?: number;
  /** A put that is known to have been made before `from`, of the range or not. */
  readonly seen?: Witness | undefined;
  /** Asked whenever a stream is about to be opened: throws when etcd is no longer what it was. */
  readonly stillSame?: (signal: AbortSignal) => Promise<void>;
  /** Told whenever the stream is lost or cannot be opened. */
  readonly onFailure?: (failure: StoreFailure) => void;
}

/**
 * Follows a range of keys from a revision on until the signal aborts. The next message is read only when the one before
 * has been consumed. Lost connections, restarts and changes of leader are borne: the stream is opened again behind the
 * last revision that was handed on whole, never at etcd's head, so that nothing is lost, doubled, reordered or torn.
 *
 * @throws HistoryRolledBack when etcd is at an earlier revision than `from` - 1, or than was handed on, or has been there
 * since; what `stillSame` throws
 * @throws EtcdError when reading the range is not permitted
 */
export async function* follow(
  client: Etcd3,
  range: KeyRange,
  from: Revision,
  signal: AbortSignal,
  options: FollowOptions = {},
): AsyncGenerator<Followed, void, undefined> {
  const { onFailure = () => undefined } = options;
  let cursor = from;
  let { seen } = options;
  for (let attempt = 0; !signal.aborted; attempt++) {
    const stream = await openAt(client, range, cursor, { ...options, seen }, signal);
    if (stream === undefined) return;
    try {
      for await (const heard of listen(stream, options)) {
        if (heard.kind === 'lost') {
          if (!signal.aborted) onFailure(heard.failure);
          break;
        }
        attempt = 0;
        if (heard.kind !== 'changes') yield heard;
        else if (heard.through >= cursor) {
          yield heard;
          cursor = next(heard.through);
          seen = newestOf(heard.changes.flatMap(({ stored }) => stored ?? [])) ?? seen;
        }
        if (heard.kind === 'compacted') return;
      }
    } finally {
      stream.close();
    }
    await shortPause(attempt, signal);
  }
}

/** Undefined when the signal has aborted. */
const openAt = async (
  client: Etcd3,
  range: KeyRange,
  cursor: Revision,
  { seen, stillSame, onFailure = () => undefined }: FollowOptions,
  signal: AbortSignal,
): Promise<WatchStream | undefined> => {
  const request = {
    key: Buffer.from(range.start),
    range_end: Buffer.from(range.end),
    // 0 would mean "from now on".
    start_revision: String(cursor || 1n),
    fragment: true,
  };
  try {
    // A unary call first: it finds a member that answers, and renews the token that a stream would fail with.
    const head = await headRevision(client, signal, { onFailure });
    if (next(head) < cursor) throw new HistoryRolledBack(previous(cursor), head);
    const isKept = seen === undefined || (await isInHistory(client, seen, signal, { onFailure }));
    if (!isKept) throw new HistoryRolledBack(seen.modified, head);
    await stillSame?.(signal);
    return await persistently(signal, () => WatchStream.open(client, request, signal), { onFailure });
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
};

type Listened = Followed | { readonly kind: 'lost'; readonly failure: StoreFailure };

/** What one stream tells, until it is lost. */
async function* listen(
  stream: WatchStream,
  { openMs = usualDeadlineMs, progressEveryMs = 1_000, silenceMs = 10_000 }: FollowOptions,
): AsyncGenerator<Listened, void, undefined> {
  const revisions = new WholeRevisions();
  let hasBegun = false;
  for (let quietMs = 0; ;) {
    const waitMs = hasBegun ? progressEveryMs : openMs;
    const heard = await stream.next(waitMs);
    if (heard.kind === 'broken') return yield { kind: 'lost', failure: failureOf(heard.error) };
    if (heard.kind === 'silence') {
      quietMs += waitMs;
      const isUnanswered = quietMs > waitMs;
      // One that never begins is with a member that hangs: another may do better, and nothing is lost by asking it.
      const isLost = !hasBegun || quietMs >= silenceMs || (isUnanswered && stream.isDoubted);
      if (isLost || isUnanswered) stream.doubt();
      if (isLost) return yield { kind: 'lost', failure: silent(quietMs) };
      stream.requestProgress();
      continue;
    }
    hasBegun = true;
    quietMs = 0;
    const { message } = heard;
    if (message.canceled) return yield whyCanceled(message);
    if (message.events.length === 0) {
      yield { kind: 'quiet', head: revision(message.header.revision) };
      continue;
    }
    const changes = revisions.add(message);
    const through = changes.at(-1)?.revision;
    if (through !== undefined) yield { kind: 'changes', changes, through };
  }
}

const silent = (ms: number): StoreFailure => ({ kind: 'slow', message: `no sign of life for ${String(ms)} ms` });

const whyCanceled = ({ compact_revision, cancel_reason }: IWatchResponse): Listened => {
  if (compact_revision !== '0') return { kind: 'compacted' };
  const failure: StoreFailure = { kind: 'refused', message: `the watch was refused: ${cancel_reason}` };
  if (cancel_reason.includes('permission denied')) throw new EtcdError(failure, undefined);
  return { kind: 'lost', failure: { kind: 'unreachable', message: cancel_reason } };
};
