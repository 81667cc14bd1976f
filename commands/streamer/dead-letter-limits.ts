/** What dead letters amount to, in number and in bytes as stored. */
export interface DeadLetterAmount {
  readonly count: number;
  readonly bytes: number;
}

/** What dead letters of one source may amount to before it is stopped (promise S3). */
export interface DeadLetterLimits extends DeadLetterAmount {
  /**
   * What the other ranges of the same file amount to, as stored now: the limits are the file's. Absent for a source that
   * is read as a whole. What several streamers have in flight at the same time none of them sees.
   */
  readonly elsewhere?: () => Promise<DeadLetterAmount>;
}

export const deadLetterBytesAtMost = 16 * 1024 * 1024;
