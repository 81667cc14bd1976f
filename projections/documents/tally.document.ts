import * as t from 'io-ts';
import { MetricName } from '../../domain/ids.js';

/** Count, sum, least and greatest of the values of one metric in one minute. The mean is `sum / count`. */
export interface Tally {
  readonly metric: MetricName;
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

/** A minute holds at most this many metrics; events of further ones mark the document `truncated`. */
export const tallyLimit = 512;

const Row = t.tuple([MetricName, t.number, t.number, t.number, t.number]);

/** Stored as `[metric, count, sum, min, max]`, in the order in which the metrics were first seen. */
export const TallyCodec = new t.Type<Tally, t.OutputOf<typeof Row>>(
  'Tally',
  (value): value is Tally => typeof value === 'object' && value !== null && 'metric' in value,
  (input, context) => {
    const row = Row.validate(input, context);
    if (row._tag === 'Left') return row;
    const [metric, count, sum, min, max] = row.right;
    return t.success({ metric, count, sum, min, max });
  },
  ({ metric, count, sum, min, max }) => [metric, count, sum, min, max],
);

/** Adds two finite numbers; a sum beyond the doubles stays at the greatest one, which JSON can hold. */
export const addFinite = (sum: number, value: number): number => {
  const total = sum + value;
  return total > Number.MAX_VALUE ? Number.MAX_VALUE : total < -Number.MAX_VALUE ? -Number.MAX_VALUE : total;
};
