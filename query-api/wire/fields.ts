import * as t from 'io-ts';
import { formatInstant, type Instant } from '../../domain/instant.js';
import { described } from '../schema/described.js';

const shown = new Map<Instant, string>();
/** Times kept as text: those of the last minutes of a fleet that samples together. */
const mostShown = 10_000;

/** A time as text; the same few times are sent of thousands of GPUs. */
export const showTime = (at: Instant): string => {
  const before = shown.get(at);
  if (before !== undefined) return before;
  if (shown.size >= mostShown) shown.clear();
  const text = formatInstant(at);
  shown.set(at, text);
  return text;
};

/** A time as it is sent: RFC 3339 in UTC, with a fraction only when it is not zero. */
export const time = (description: string): t.StringC =>
  described(t.string, { description, format: 'date-time', example: '2025-07-18T20:42:34Z' });

export const text = (description: string, example?: string): t.StringC =>
  described(t.string, { description, ...(example === undefined ? {} : { example }) });

export const count = (description: string, example = 1): t.NumberC =>
  described(t.number, { description, type: 'integer', minimum: 0, example });

export const nullableNumber = (description: string): t.UnionC<[t.NumberC, t.NullC]> =>
  described(t.union([t.number, t.null]), description);

export const wireStatus = described(t.keyof({ active: null, stale: null, missing: null }), {
  description:
    'By the age of the newest observation: the cluster’s watermark, advanced by the time since it was appended, less ' +
    'the effective time of the observation. active below --stale-after (5 min), then stale, then missing (1 h).',
  example: 'active',
});
