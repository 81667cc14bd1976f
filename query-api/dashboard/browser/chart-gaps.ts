/** So many times longer than the pauses beside it is a pause in which nothing was observed. */
const longer = 4;

type Values = ArrayLike<number | null | undefined>;

/** The places at which a line has values. */
const given = (values: Values): readonly number[] => {
  const places: number[] = [];
  for (let i = 0; i < values.length; i++) if (values[i] !== null && values[i] !== undefined) places.push(i);
  return places;
};

/**
 * Between which times a line has a hole, by the pauses before and after it: what comes every second and what is told of
 * every two minutes of the past may stand in one line. A pause at an end of the line has two at its one side.
 *
 * @param times ascending
 * @param values at those times; null where others have a value and this line has none, which is no hole yet
 */
export const gapsOf = (times: ArrayLike<number>, values: Values): readonly (readonly [from: number, to: number])[] => {
  const seen = given(values).map((place) => times[place]!);
  const last = seen.length - 2;
  const pause = (i: number): number => seen[i + 1]! - seen[i]!;
  const beside = (i: number): number => {
    if (i === 0) return Math.max(pause(1), pause(2));
    if (i === last) return Math.max(pause(i - 1), pause(i - 2));
    // Of the two on a side one may be such a hole itself, where a sample is alone between two of them.
    const before = Math.min(pause(i - 1), pause(Math.max(0, i - 2)));
    const after = Math.min(pause(i + 1), pause(Math.min(last, i + 2)));
    return Math.max(before, after);
  };
  const gaps: [number, number][] = [];
  if (last < 2) return gaps;
  for (let i = 0; i <= last; i++) if (pause(i) > longer * beside(i)) gaps.push([seen[i]!, seen[i + 1]!]);
  return gaps;
};

/**
 * Where a line is to have a dot: at the end of each piece of it that is so short that nothing of it would be to see.
 *
 * @param short in the unit of the times
 * @returns places in `values`
 */
export const dotsOf = (times: ArrayLike<number>, values: Values, short: number): number[] => {
  const ends = new Set(gapsOf(times, values).map(([from]) => from));
  const places = given(values);
  const dots: number[] = [];
  let begin = 0;
  places.forEach((place, n) => {
    const time = times[place]!;
    if (n < places.length - 1 && !ends.has(time)) return;
    if (time - times[places[begin]!]! < short) dots.push(place);
    begin = n + 1;
  });
  return dots;
};
