import { type Instant } from '../../domain/instant.js';

/**
 * The order of times as small numbers: equal times have equal ranks, an earlier time a lower one. Comparing 64-bit
 * times event by event costs ten times as much.
 */
export const ranksOf = (times: readonly Instant[]): Uint32Array => {
  const order = ascending(times) ? undefined : sortedNumbers(times);
  const ranks = new Uint32Array(times.length);
  let rank = 0;
  for (let i = 1; i < times.length; i++) {
    const before = order ? order[i - 1]! : i - 1;
    const here = order ? order[i]! : i;
    if (times[here] !== times[before]) rank++;
    ranks[here] = rank;
  }
  return ranks;
};

const ascending = (times: readonly Instant[]): boolean => {
  for (let i = 1; i < times.length; i++) if (times[i]! < times[i - 1]!) return false;
  return true;
};

const sortedNumbers = (times: readonly Instant[]): Uint32Array =>
  Uint32Array.from(times.keys()).sort((a, b) => (times[a]! < times[b]! ? -1 : times[a]! > times[b]! ? 1 : 0));
