import * as t from 'io-ts';

interface InstantBrand {
  readonly Instant: unique symbol;
}
/** A point in time: nanoseconds since the Unix epoch. Two of them compare with `<`. */
export type Instant = t.Branded<bigint, InstantBrand>;

const nanosPerSecond = 1_000_000_000n;
const rfc3339 = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))$/;
const plain = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)$/;

/** Seconds at which a day begins in UTC; undefined when there is no such day. */
const startOfDay = (date: string): number | undefined => {
  const millis = Date.parse(date);
  // Date.parse rolls 30 February over into March, which is no day.
  const real = !Number.isNaN(millis) && new Date(millis).toISOString().startsWith(date);
  return real ? millis / 1000 : undefined;
};

/** Rows of a source have ever new times of the same day: the last one is remembered. */
let known: { readonly date: string; readonly start: number | undefined } = { date: '', start: undefined };
const startOf = (date: string): number | undefined => {
  if (date !== known.date) known = { date, start: startOfDay(date) };
  return known.start;
};

/** Seconds of a calendar date and time in UTC, given in digits; undefined when there is no such day or time. */
const utcSeconds = (date: string, time: string): number | undefined => {
  const [hours, minutes, seconds] = [Number(time.slice(0, 2)), Number(time.slice(3, 5)), Number(time.slice(6))];
  const ofDay = (hours * 60 + minutes) * 60 + seconds;
  const start = hours < 24 && minutes < 60 && seconds < 60 ? startOf(date) : undefined;
  return start === undefined ? undefined : start + ofDay;
};

/** Whole seconds in UTC whose years have the four digits that RFC 3339 can write. */
const firstSecond = -62_167_219_200;
const lastSecond = 253_402_300_799;

/** True when the canonical form can say it; an offset can move a written time beyond. In seconds since the epoch. */
const isWritable = (seconds: number): boolean => seconds >= firstSecond && seconds <= lastSecond;

const instant = (seconds: number | undefined, nanos: string): Instant | undefined =>
  seconds === undefined || !isWritable(seconds)
    ? undefined
    : ((BigInt(seconds) * nanosPerSecond + BigInt(nanos.padEnd(9, '0'))) as Instant);

/**
 * A time as people and exporters write it: RFC 3339 (section 5.6) with any offset and up to nine digits of
 * fraction, or `YYYY-MM-DD hh:mm:ss`, which is UTC. Undefined for anything else: days that do not exist,
 * and times that their offset moves out of the years 0000 to 9999, which could not be written again.
 */
export const parseInstant = (text: string): Instant | undefined => {
  const bare = plain.exec(text);
  if (bare) return instant(utcSeconds(bare[1]!, bare[2]!), '');
  const found = rfc3339.exec(text);
  if (!found) return undefined;
  const [, date, time, fraction = '', sign, hours, minutes] = found;
  const local = utcSeconds(date!, time!);
  const ahead = sign === undefined ? 0 : (sign === '-' ? -60 : 60) * (Number(hours) * 60 + Number(minutes));
  return instant(local === undefined ? undefined : local - ahead, fraction);
};

/** RFC 3339 in UTC, with a fraction only when it is not zero and without trailing zeros: `2025-07-18T20:42:34.5Z`. */
export const formatInstant = (at: Instant): string => {
  const nanos = ((at % nanosPerSecond) + nanosPerSecond) % nanosPerSecond;
  const whole = new Date(Number((at - nanos) / nanosPerSecond) * 1000).toISOString().slice(0, -5);
  return nanos === 0n ? `${whole}Z` : `${whole}.${String(nanos).padStart(9, '0').replace(/0+$/, '')}Z`;
};

const canonical = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{0,8}[1-9])?Z$/;

/** Whether a text that {@link parseInstant} reads is what {@link formatInstant} writes. */
export const isCanonical = (text: string): boolean => canonical.test(text);

/** The nearest time that the canonical form can say, for times that are computed: years 0000 to 9999. */
export const nearestWritable = (nanos: bigint): Instant => {
  const first = BigInt(firstSecond) * nanosPerSecond;
  const last = BigInt(lastSecond + 1) * nanosPerSecond - 1n;
  return (nanos < first ? first : nanos > last ? last : nanos) as Instant;
};

/** From a clock's milliseconds since the Unix epoch. */
export const instantOfMillis = (millis: number): Instant => (BigInt(Math.round(millis)) * 1_000_000n) as Instant;

/** The earlier of two times either of which may be missing. */
export const earlier = (a: Instant | undefined, b: Instant | undefined): Instant | undefined =>
  a === undefined || (b !== undefined && b < a) ? b : a;

/** Stored and sent in the canonical form of {@link formatInstant}. */
export const Instant = new t.Type<Instant, string>(
  'Instant',
  (value): value is Instant => typeof value === 'bigint',
  (input, context) => {
    const at = typeof input === 'string' ? parseInstant(input) : undefined;
    return at === undefined ? t.failure(input, context) : t.success(at);
  },
  formatInstant,
);
