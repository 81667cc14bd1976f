import { mebibytes, percent } from './quantities.js';

/** How full etcd is, in bytes, by its fullest member. */
export interface StoreSpace {
  readonly usedBytes: number;
  /** Free pages included: etcd counts this one against its quota. */
  readonly fileBytes: number;
  readonly quotaBytes: number;
}

/** What an operator has to know of the space. */
export type SpaceState = 'ok' | 'nearly-full' | 'full';

/** From here on appending waits, so that collectors, claims and retention can still write (promise L8). */
export const nearlyFullUsed = 0.8;
export const nearlyFullFile = 0.95;

/** @param alarmed true when a member takes no puts because it has no space */
export const spaceState = ({ usedBytes, fileBytes, quotaBytes }: StoreSpace, alarmed: boolean): SpaceState => {
  if (alarmed) return 'full';
  return usedBytes >= nearlyFullUsed * quotaBytes || fileBytes >= nearlyFullFile * quotaBytes ? 'nearly-full' : 'ok';
};

const whatFrees =
  'Delete keys of other programs or raise the quota. A system that may maintain etcd (the embedded one, or ' +
  '--etcd-maintenance) then defragments it and takes the alarm back by itself; otherwise etcdctl defrag and etcdctl ' +
  'alarm disarm do it.';

/** What to say of an etcd that takes no puts where nothing tells how full it is. */
export const describeFull = (): string => `etcd is full and takes no writes. ${whatFrees}`;

/** How full it is, what that does to the system, and what to do: for people. */
export const describeSpace = (space: StoreSpace, state: SpaceState): string => {
  const { usedBytes, fileBytes, quotaBytes } = space;
  const quota = `etcd's quota of ${mebibytes(quotaBytes)}`;
  const used = `${percent(usedBytes, quotaBytes)} of ${quota} is in use`;
  if (state === 'ok') return `${used}.`;
  if (state === 'full') {
    return `etcd is full and takes no writes; ${used}, its file has ${mebibytes(fileBytes)}. ${whatFrees}`;
  }
  return usedBytes >= nearlyFullUsed * quotaBytes
    ? `${used}, so streamers wait until less than ${percent(nearlyFullUsed, 1)} is. Retention frees what projections have ` +
        'folded; otherwise delete keys of other programs, trim the log or raise the quota.'
    : `etcd's file has reached ${percent(fileBytes, quotaBytes)} of ${quota} while ${mebibytes(usedBytes)} are in use, ` +
        'so streamers wait until it is defragmented: by the system itself where it may maintain etcd, otherwise by ' +
        'etcdctl defrag.';
};
