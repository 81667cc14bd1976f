import { type Etcd3, type IRangeRequest, type IRangeResponse } from 'etcd3';
import { type Revision, revision } from '../../domain/revision.js';
import { isCompacted } from './failure.js';
import { keyAfter, type KeyRange } from './key-path.js';
import { type Patience, persistently } from './persistently.js';
import { type StoredValue, storedValue } from './stored-value.js';

/** How to read: at which revision (now by default), and for how long to try. */
export interface ReadOptions extends Patience {
  readonly at?: Revision | undefined;
}

const rangeRequest = ({ start, end }: KeyRange, at: Revision | undefined): IRangeRequest => ({
  key: Buffer.from(start),
  range_end: Buffer.from(end),
  ...(at !== undefined && { revision: String(at) }),
});

/** What is read where only etcd's answer matters: the key by which `etcdctl endpoint health` asks too, so that users may. */
export const headKey = 'health';

/** etcd's revision now, from a read that every member agrees on. */
export const headRevision = async (client: Etcd3, signal: AbortSignal, patience: Patience = {}): Promise<Revision> => {
  const request: IRangeRequest = { key: Buffer.from(headKey), keys_only: true };
  const reply = await persistently(signal, () => client.kv.range(request), patience);
  return revision(reply.header.revision);
};

/** What stands at a key; `revision` is etcd's when it was read. */
export const getOne = async (
  client: Etcd3,
  key: string,
  signal: AbortSignal,
  { at, ...patience }: ReadOptions = {},
): Promise<{ readonly stored: StoredValue | undefined; readonly revision: Revision }> => {
  const request: IRangeRequest = { key: Buffer.from(key), ...(at !== undefined && { revision: String(at) }) };
  const { kvs, header } = await persistently(signal, () => client.kv.range(request), patience);
  return { stored: kvs[0] && storedValue(kvs[0]), revision: revision(header.revision) };
};

/** The first key of a range and how many there are: one read of one key, which etcd answers from its index. */
export const extentOf = async (
  client: Etcd3,
  range: KeyRange,
  signal: AbortSignal,
  { at, ...patience }: ReadOptions = {},
): Promise<{ readonly first: string | undefined; readonly count: number; readonly revision: Revision }> => {
  const request: IRangeRequest = { ...rangeRequest(range, at), limit: 1, keys_only: true };
  const { kvs, count, header } = await persistently(signal, () => client.kv.range(request), patience);
  return { first: kvs[0]?.key.toString('utf8'), count: Number(count), revision: revision(header.revision) };
};

export interface ListOptions extends ReadOptions {
  /** Bytes of keys and values that a page should have; 1 MiB by default. One value may be larger than that. */
  readonly pageBytes?: number;
  /** How many keys the first page asks for, before any size is known; 16 by default. */
  readonly firstLimit?: number;
  /** Keys without their values. */
  readonly keysOnly?: boolean;
  /**
   * Where the pages need not be of one revision: when theirs has been compacted the listing goes on behind the last key
   * at a later one, so that it ends whatever is compacted. Not together with `at`.
   */
  readonly anyRevision?: boolean;
}

/**
 * A part of a listing, in the order of the keys. All pages are read at one revision, which is `at`, or else etcd's at
 * the first page. When that revision has been compacted meanwhile the listing ends, and the last page says so.
 */
export type Page =
  | {
      readonly kind: 'page';
      readonly values: readonly StoredValue[];
      readonly revision: Revision;
      readonly last: boolean;
    }
  | { readonly kind: 'compacted' };

/** Bounds a page whose values turn out much larger than those of the page before. */
const mostKeys = 500;

/** How many keys make a page of `pageBytes`, going by the page before; grows at most fourfold at a time. */
export const nextLimit = (limit: number, pageBytes: number, { kvs }: IRangeResponse, most = mostKeys): number => {
  const bytes = kvs.reduce((sum, { key, value }) => sum + key.length + value.length + 64, 0);
  const fitting = Math.floor((pageBytes * kvs.length) / Math.max(bytes, 1));
  return Math.max(1, Math.min(fitting, 4 * limit, most));
};

/** Lists a range page by page; the next page is read when the one before has been consumed. */
export async function* listRange(
  client: Etcd3,
  range: KeyRange,
  signal: AbortSignal,
  options: ListOptions = {},
): AsyncGenerator<Page, void, undefined> {
  const { pageBytes = 1 << 20, firstLimit = 16, keysOnly = false, anyRevision = false } = options;
  const { at, ...patience } = options;
  let limit = firstLimit;
  let pin = at;
  for (let { start } = range; ;) {
    const request = { ...rangeRequest({ start, end: range.end }, pin), limit, keys_only: keysOnly };
    const reply = await persistently(signal, () => client.kv.range(request), patience).catch(compactedOrThrow);
    if (reply === 'compacted') {
      if (!anyRevision) return yield { kind: 'compacted' };
      pin = undefined;
      continue;
    }
    pin ??= revision(reply.header.revision);
    yield { kind: 'page', values: reply.kvs.map(storedValue), revision: pin, last: !reply.more };
    if (!reply.more) return;
    start = keyAfter(reply.kvs.at(-1)!.key.toString('utf8'));
    limit = nextLimit(limit, pageBytes, reply);
  }
}

/**
 * For the documents of read models, which are small and alike, but for those of history: it takes fewer ways to etcd
 * until pages are as large as they should be. Larger ones may not arrive in the time that a call has where all start at once.
 */
export const documentPages = { firstLimit: 128 } as const;

/** For reads at a revision: tells its compaction as data. */
export const compactedOrThrow = (error: unknown): 'compacted' => {
  if (isCompacted(error)) return 'compacted';
  throw error;
};
