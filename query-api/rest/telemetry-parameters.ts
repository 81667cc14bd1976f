import { formatInstant, type Instant } from '../../domain/instant.js';
import { aggregates, type Aggregate, type HistoryQuery, type Order } from '../history/history-query.js';
import { choice } from '../parameters/choice.js';
import { cursor } from '../parameters/cursor.js';
import { formatDuration, step, type Duration } from '../parameters/duration.js';
import { metrics, type MetricSet } from '../parameters/metrics.js';
import { limit } from '../parameters/number.js';
import { refusal, type Parameter, type Values } from '../parameters/parameter.js';
import { endTime, startTime } from '../parameters/time.js';
import { type PageCursor } from '../queries/page-cursor.js';
import { earliestStart, type HistorySpan } from '../queries/history-span.js';
import { usualRecords } from '../queries/telemetry.js';
import { badParameters, tooLongASpan } from '../http/problem.js';

/** The parameters of every list of telemetry. */
export type TelemetryParameters = {
  readonly start_time: Parameter<Instant>;
  readonly end_time: Parameter<Instant>;
  readonly limit: Parameter<number>;
  readonly order: Parameter<Order>;
  readonly cursor: Parameter<PageCursor>;
  readonly metrics: Parameter<MetricSet>;
  readonly step: Parameter<Duration>;
  readonly agg: Parameter<Aggregate>;
};

/** @param hasMetric whether the data has a metric of a name */
export const telemetryParameters = (hasMetric: (name: string) => boolean): TelemetryParameters => ({
  start_time: startTime,
  end_time: endTime,
  limit: limit('Records, or buckets, in one answer at most.', usualRecords),
  order: choice(
    ['asc', 'desc'],
    'By time: oldest first, or newest first. With a limit and nothing else, asc gives the oldest records.',
    'asc',
  ),
  cursor,
  metrics: metrics(hasMetric),
  step: step(
    'Buckets of this length, aligned to the Unix epoch and labelled by their start, instead of single records; ' +
      'those in which none of the metrics asked for has a value are left out. `limit` counts buckets.',
  ),
  agg: choice(aggregates, 'What becomes of the values in a bucket. Needs `step`.', 'avg'),
});

export type TelemetryValues = Values<TelemetryParameters>;

/**
 * What a request asks of the past but its device and cursor. Refuses what does not fit together, and what looks at too
 * much, by the names given.
 */
export const historyWish = (
  values: TelemetryValues,
  span: HistorySpan,
  names: { readonly start: string; readonly end: string } = { start: 'start_time', end: 'end_time' },
): Omit<HistoryQuery, 'cluster' | 'hostname' | 'uuid' | 'after'> => {
  const { start_time: start, end_time: end, step: length, agg } = values;
  const refusals = [];
  if (start !== undefined && end !== undefined && start > end)
    refusals.push(refusal(names.start, formatInstant(start), `a time not after ${names.end}, ${formatInstant(end)}`));
  if (agg !== undefined && length === undefined)
    refusals.push(
      refusal('agg', agg, `nothing, or together with step, such as step=${formatDuration(10_000_000_000n)}`),
    );
  if (refusals.length > 0) throw badParameters(refusals);
  const buckets = length === undefined ? undefined : { step: length, aggregate: agg ?? 'avg' };
  const earliest = earliestStart({ start, end, buckets }, span);
  if (earliest !== undefined) {
    const accepted = `a time from ${formatInstant(earliest)} on, since step looks at ${formatDuration(span.most!)} at most`;
    throw tooLongASpan(refusal(names.start, start === undefined ? '' : formatInstant(start), accepted));
  }
  return {
    ...{ start, end, buckets },
    metrics: values.metrics,
    order: values.order ?? 'asc',
    limit: values.limit ?? usualRecords,
  };
};
