/** What dead letters of one source may amount to before it is stopped (promise S3). */
export interface DeadLetterLimits {
  readonly count: number;
  readonly bytes: number;
}

export const deadLetterBytesAtMost = 16 * 1024 * 1024;
