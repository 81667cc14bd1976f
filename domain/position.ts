import { type Epoch, type Partition } from './ids.js';
import { type Revision } from './revision.js';

/** Where a live update stands in the log: updates of one revision are ordered by partition, then place. */
export interface Cursor {
  readonly epoch: Epoch;
  readonly revision: Revision;
  readonly partition: Partition;
  /** The update's number within its segment, from 0. */
  readonly place: number;
}

/** The order of the log. */
export const compareCursors = (a: Cursor, b: Cursor): number => {
  if (a.epoch !== b.epoch) return a.epoch - b.epoch;
  if (a.revision !== b.revision) return a.revision < b.revision ? -1 : 1;
  return a.partition - b.partition || a.place - b.place;
};
