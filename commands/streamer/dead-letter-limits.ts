/** What dead letters amount to, in number and in bytes as stored. */
export interface DeadLetterAmount {
  readonly count: number;
  readonly bytes: number;
}

/** What dead letters of one source may amount to before it is stopped (promise S3). */
export interface DeadLetterLimits extends DeadLetterAmount {
  /**
   * Of a range, whose limits are those of its file: counts what the range amounts to among the letters of the file, where
   * that stays within the limits, before any of it is appended. Resolves to what the other ranges amount to, gathered
   * letters and those in flight among them. Absent for a source that is read as a whole.
   */
  readonly countInFile?: (own: DeadLetterAmount) => Promise<DeadLetterAmount>;
}

export const deadLetterBytesAtMost = 16 * 1024 * 1024;

export const noLetters: DeadLetterAmount = { count: 0, bytes: 0 };

export const sumOf = (amounts: Iterable<DeadLetterAmount>): DeadLetterAmount => {
  let { count, bytes } = noLetters;
  for (const one of amounts) [count, bytes] = [count + one.count, bytes + one.bytes];
  return { count, bytes };
};

/** The limit that so many letters pass, for people; undefined where they pass none. */
export const passedLimit = ({ count, bytes }: DeadLetterAmount, limits: DeadLetterAmount): string | undefined => {
  if (count > limits.count) return `${String(limits.count)} dead letters`;
  return bytes > limits.bytes ? `${String(limits.bytes)} bytes of dead letters` : undefined;
};
