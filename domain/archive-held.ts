import * as t from 'io-ts';
import { type LogReader } from './log-entry.js';
import { beginning, Revision } from './revision.js';

/** The stretch of a log of which an archive holds every segment, both ends inclusive. */
export const ArchiveHeld = t.readonly(t.type({ from: Revision, through: Revision }), 'ArchiveHeld');
export type ArchiveHeld = t.TypeOf<typeof ArchiveHeld>;

/** Whether an archive holds the log from its beginning up to a revision. */
export const reachesBack = (held: ArchiveHeld | undefined, through: Revision): boolean =>
  held !== undefined && held.from <= beginning && held.through >= through;

/** An archive cannot be read, or lacks what is needed of it: what, and where. */
export class ArchiveUnreadable extends Error {
  /** @param isDamaged whether what stands in it is not what it should be; else it may be there again later */
  constructor(
    message: string,
    readonly isDamaged: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** An archive with the log behind it, for whoever folds what the log no longer holds. */
export interface ArchivedLog {
  /** What the archive holds of this log; undefined while it cannot be read, or is not of this log. As last seen. */
  readonly held: ArchiveHeld | undefined;
  /**
   * Archive and log read as one, from any revision on. `follow` and `list` throw ArchiveUnreadable where the archive does
   * not hold all that lies before `through`, itself included, and has been asked for.
   */
  upTo(through: Revision): LogReader;
}
