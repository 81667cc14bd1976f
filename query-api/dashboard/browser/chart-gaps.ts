/** So many times longer than the pauses beside it is a pause in which nothing was observed. */
const longer = 4;

/**
 * Between which times a line has a hole, by the pauses before and after it: what comes every second and what is told of
 * every two minutes of the past may stand in one line.
 *
 * @param times ascending
 * @param values at those times; null where others have a value and this line has none, which is no hole yet
 */
export const gapsOf = (
  times: ArrayLike<number>,
  values: ArrayLike<number | null | undefined>,
): readonly (readonly [from: number, to: number])[] => {
  const seen: number[] = [];
  for (let i = 0; i < times.length; i++) if (values[i] !== null && values[i] !== undefined) seen.push(times[i]!);
  const pause = (i: number): number => seen[i + 1]! - seen[i]!;
  const gaps: [number, number][] = [];
  for (let i = 1; i + 2 < seen.length; i++)
    if (pause(i) > longer * Math.max(pause(i - 1), pause(i + 1))) gaps.push([seen[i]!, seen[i + 1]!]);
  return gaps;
};
