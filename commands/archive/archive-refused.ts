/** The archive does not fit the log, or the log cannot be archived: nothing was written from there on. */
export class ArchiveRefused extends Error {}

/** A file that stands in an archive and is none of it. */
export class StrayFile extends ArchiveRefused {
  readonly isDamaged = true;
}
