/** Values are integers divided by ten to this power, at most. */
export const mostDigits = 9;
/** Integers stay below this, so that the difference of two, twice over, is still exact. */
const largest = 2 ** 51;

/**
 * The fewest digits after the point with which every value is exactly an integer divided by a power of ten, as
 * measurements printed in decimals are; undefined when there is no such number (or a value is -0).
 */
export const digitsOf = (values: Float64Array): number | undefined => {
  let digits = 0;
  let factor = 1;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    while (Math.round(value * factor) / factor !== value) {
      if (++digits > mostDigits) return undefined;
      factor = 10 ** digits;
    }
  }
  return fits(values, factor) ? digits : undefined;
};

/** More digits than a value needs must give it back as well, which only fails for large ones. */
const fits = (values: Float64Array, factor: number): boolean => {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const integer = Math.round(value * factor);
    if (integer / factor !== value || integer >= largest || integer <= -largest) return false;
    if (value === 0 && Object.is(value, -0)) return false;
  }
  return true;
};

export const toIntegers = (values: Float64Array, digits: number): Float64Array => {
  const factor = 10 ** digits;
  const integers = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) integers[i] = Math.round(values[i]! * factor);
  return integers;
};
