import { type Revision } from '../../domain/revision.js';

/** How full etcd is, in bytes, by its fullest member. */
export interface StoreSpace {
  readonly usedBytes: number;
  /** Free pages included: etcd counts this one against its quota. */
  readonly fileBytes: number;
  readonly quotaBytes: number;
}

/** What an operator has to know of the space. */
export type SpaceState = 'ok' | 'nearly-full' | 'full';

/** From here on appending waits (promise L8). */
export const nearlyFullUsed = 0.8;
export const nearlyFullFile = 0.95;

export const spaceState = ({ usedBytes, fileBytes, quotaBytes }: StoreSpace, alarmed: boolean): SpaceState => {
  if (alarmed) return 'full';
  return usedBytes >= nearlyFullUsed * quotaBytes || fileBytes >= nearlyFullFile * quotaBytes ? 'nearly-full' : 'ok';
};

/** What was there after the last compaction, and where etcd stood at some moments since. */
export interface CompactionCourse {
  readonly usedAfter: number;
  /** Milliseconds of a clock that only goes forward. */
  readonly compactedAt: number;
  readonly compacted: Revision;
  /** Oldest first. */
  readonly heads: readonly { readonly at: number; readonly head: Revision }[];
}

/** The share of the quota that may be written between two compactions. */
const writtenShare = 0.02;
/** However little is written, old revisions do not stay longer. */
const everyMs = 300_000;
/** What was current so lately is kept for readers that are at it, unless space is short. */
const readersMs = 5_000;
const shortOfSpace = 0.5;

/** The revision up to which history is to be compacted now; undefined when it is not time (promise P8). */
export const decideCompaction = (
  { usedBytes, quotaBytes }: StoreSpace,
  { usedAfter, compactedAt, compacted, heads }: CompactionCourse,
  now: number,
): Revision | undefined => {
  const written = usedBytes - usedAfter;
  if (written < writtenShare * quotaBytes && now - compactedAt < everyMs) return undefined;
  const short = usedBytes >= shortOfSpace * quotaBytes;
  const reached = heads.findLast(({ at }) => short || now - at >= readersMs)?.head;
  return reached !== undefined && reached > compacted ? reached : undefined;
};

const highFile = 0.85;
const worthwhile = 0.1;
const pauseMs = 60_000;

/**
 * Whether the file is so far above what is in use that giving its free pages back is worth the standstill. etcd uses
 * free pages again by itself, so only a file near the quota needs it.
 *
 * @param lastMs milliseconds since the last time; a full etcd does not wait
 */
export const decideDefragmentation = (
  { usedBytes, fileBytes, quotaBytes }: StoreSpace,
  lastMs: number,
  full: boolean,
): boolean => {
  const free = fileBytes - usedBytes;
  if (full) return fileBytes >= nearlyFullFile * quotaBytes && free > 0;
  return lastMs >= pauseMs && fileBytes >= highFile * quotaBytes && free >= worthwhile * quotaBytes;
};

/** Whether an alarm of no space may be taken back: an append would find room. */
export const mayDisarm = ({ fileBytes, quotaBytes }: StoreSpace): boolean => fileBytes < nearlyFullFile * quotaBytes;
