import { type Revision } from '../../domain/revision.js';
import { nearlyFullFile, type StoreSpace } from '../../domain/store-space.js';

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
/** From here on what was deleted is freed at once, whoever deleted it. */
const pressed = 0.7;
const pressedMs = 2_000;

/** The revision up to which history is to be compacted now; undefined when it is not time (promise P8). */
export const decideCompaction = (
  { usedBytes, quotaBytes }: StoreSpace,
  { usedAfter, compactedAt, compacted, heads }: CompactionCourse,
  now: number,
): Revision | undefined => {
  const written = usedBytes - usedAfter;
  const dueMs = usedBytes >= pressed * quotaBytes ? pressedMs : everyMs;
  if (written < writtenShare * quotaBytes && now - compactedAt < dueMs) return undefined;
  const short = usedBytes >= shortOfSpace * quotaBytes;
  const reached = heads.findLast(({ at }) => short || now - at >= readersMs)?.head;
  return reached !== undefined && reached > compacted ? reached : undefined;
};

const highFile = 0.85;
const worthwhile = 0.1;
const pauseMs = 60_000;
/** Each member stands still for it, and the system with them: a full etcd too gets to answer in between. */
const fullPauseMs = 30_000;

/**
 * Whether the file is so far above what is in use that giving its free pages back is worth the standstill. etcd uses
 * free pages again by itself, so only a file near the quota needs it.
 *
 * @param lastMs milliseconds since the last time
 */
export const decideDefragmentation = ({ usedBytes, fileBytes, quotaBytes }: StoreSpace, lastMs: number): boolean =>
  lastMs >= pauseMs && fileBytes >= highFile * quotaBytes && fileBytes - usedBytes >= worthwhile * quotaBytes;

/**
 * The same of an etcd that takes no put: it helps if what is in use would leave room for one.
 *
 * @param compacted true when history was compacted since the last time. What that frees etcd counts with its next write,
 *   and a full one that nobody asks for anything else makes none: what it says is in use may be long gone.
 */
export const decideDefragmentationOfFull = (
  { usedBytes, fileBytes, quotaBytes }: StoreSpace,
  lastMs: number,
  compacted: boolean,
): boolean =>
  lastMs >= fullPauseMs &&
  fileBytes >= nearlyFullFile * quotaBytes &&
  (compacted || usedBytes < nearlyFullFile * quotaBytes);

/**
 * Whether the alarms of no space may be taken back: an append would find room.
 *
 * An alarm is kept by the member that raised it and stops the puts of all. What counts is the fullest member that
 * answers, and the alarms of all are taken back together: one that does not answer applies nothing, so it does not keep
 * the others from writing. It is not counted as freed either. When it is back with a file that is full, the first put
 * that it applies raises its alarm again, and the relief begins anew, now with this member too. Nothing is lost by
 * that: a member applies a put that it raises an alarm over like all others do.
 *
 * @param space of the fullest member of those that answer
 */
export const mayDisarm = ({ fileBytes, quotaBytes }: StoreSpace): boolean => fileBytes < nearlyFullFile * quotaBytes;
