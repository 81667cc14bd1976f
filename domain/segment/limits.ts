/*
 * What a segment can hold at most. They are part of the format: a decoder allocates nothing beyond them, whatever the
 * bytes say, and an encoder refuses what no decoder would take. Appends are split far below them.
 */

export const mostEvents = 2 ** 20;
export const mostSeries = 2 ** 18;
export const mostTimes = 2 ** 20;
export const mostColumns = 2 ** 12;
/** Extra columns of all subjects together. */
export const mostExtraTexts = 2 ** 21;
/** Bytes of a block when inflated. */
export const mostInflated = 64 * 1024 * 1024;
/** UTF-16 units of one text made from a template. */
export const mostExpanded = 2 ** 22;
/** Milliseconds from 1970, either way: ECMAScript's Date, less some days so that an offset never leaves it. */
export const mostMillis = 8_639_000_000_000_000n;

/** Throws a RangeError: the caller split its batch wrongly. */
export const refuseAbove = (count: number, most: number, what: string): void => {
  if (count > most) throw new RangeError(`a segment holds at most ${most} ${what}, not ${count}: split the batch`);
};
