import { type Instant } from '../../domain/instant.js';

const nanosPerMinute = 60_000_000_000n;

/** The minute of a time, counted from the Unix epoch: -1 is the one before it. */
export const minuteOf = (at: Instant): number => {
  const whole = at / nanosPerMinute;
  return Number(at < 0n && whole * nanosPerMinute !== at ? whole - 1n : whole);
};

export const startOf = (minute: number): Instant => (BigInt(minute) * nanosPerMinute) as Instant;

/** The minute of each time: neighbours mostly share one, so the 64-bit division is rare. */
export const minutesOf = (times: readonly Instant[]): Float64Array => {
  const minutes = new Float64Array(times.length);
  let [minute, from, to] = [0, 0n, 0n];
  times.forEach((at, i) => {
    if (at < from || at >= to) {
      minute = minuteOf(at);
      from = startOf(minute);
      to = from + nanosPerMinute;
    }
    minutes[i] = minute;
  });
  return minutes;
};
