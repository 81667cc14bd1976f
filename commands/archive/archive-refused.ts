/** The archive does not fit the log, or the log cannot be archived: nothing was written from there on. */
export class ArchiveRefused extends Error {}
