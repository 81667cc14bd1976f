import { type Parameter } from './parameter.js';
import { textCodec } from './text-codec.js';

/** A length of time in nanoseconds. */
export type Duration = bigint;

const units: Readonly<Record<string, bigint>> = {
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
  d: 86_400_000_000_000n,
};
const longest = 366n * units['d']!;

const parse = (text: string): Duration | undefined => {
  const found = /^([1-9]\d{0,8})(ms|s|m|h|d)$/.exec(text);
  if (!found) return undefined;
  const length = BigInt(found[1]!) * units[found[2]!]!;
  return length <= longest ? length : undefined;
};

/** In the largest unit that divides it. */
export const formatDuration = (length: Duration): string => {
  const unit = Object.keys(units).findLast((name) => length % units[name]! === 0n) ?? 'ms';
  return `${length / units[unit]!}${unit}`;
};

const Length = textCodec('Duration', parse, formatDuration);
const accepted = 'a whole number above 0 with its unit (ms, s, m, h or d), at most 366d, such as 10s';

const minute = units['m']!;

/** Steps of the course of a cluster, of which sums are kept by minute. */
export const courseStep: Parameter<Duration> = {
  codec: textCodec(
    'Minutes',
    (text) => {
      const length = parse(text);
      return length !== undefined && length % minute === 0n ? length : undefined;
    },
    formatDuration,
  ),
  description: 'Add the course over time in steps of this length, a whole number of minutes.',
  accepted: 'a whole number of minutes, at most 366d, such as 1m or 1h',
  schema: { type: 'string', pattern: '^[1-9][0-9]{0,8}(ms|s|m|h|d)$' },
  example: '1m',
};

export const step = (description: string): Parameter<Duration> => ({
  codec: Length,
  description,
  accepted,
  schema: { type: 'string', pattern: '^[1-9][0-9]{0,8}(ms|s|m|h|d)$' },
  example: '1s',
});
