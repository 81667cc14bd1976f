import * as t from 'io-ts';
import { type MetricName } from '../../domain/ids.js';
import { knownMetric, knownMetrics } from '../../domain/metrics.js';
import { type TelemetryRecord } from '../history/telemetry-record.js';
import { described, named } from '../schema/described.js';
import { nullableNumber, showTime, text, time } from './fields.js';

const Identity = t.type({
  telemetry_id: described(t.union([t.string, t.null]), {
    description:
      '{hostname}_{gpu index}_{unix second}: a label for people, not unique. Null when the record is a bucket of time.',
    example: 'mtv5-dgx1-hgpu-031_0_1752871354',
  }),
  timestamp: time('The observation time; the start of the bucket when `step` was given.'),
  gpu_id: text('The index of the GPU on its host.', '0'),
  uuid: text('The GPU’s UUID, or {uuid}:{id} for a MIG instance.', 'GPU-5fd4f087-86f3-7a43-b711-4771313afc50'),
  device: text('The device name on the host.', 'nvidia0'),
  model_name: text('The model’s name.', 'NVIDIA H100 80GB HBM3'),
  hostname: text('The host on which it was observed.', 'mtv5-dgx1-hgpu-031'),
});

const Fields = t.partial(
  Object.fromEntries(
    knownMetrics.map(({ field, unit, meaning, metric }) => [
      field,
      nullableNumber(`${meaning}, in ${unit} (${metric}). Null when it was not sampled at this time.`),
    ]),
  ),
);

const OtherMetrics = t.type({
  metrics: described(t.record(t.string, t.number), {
    description: 'Every other metric that was sampled, by its DCGM name; {} when there is none.',
    example: {},
  }),
});

/** One device at one observation time. */
export const WireRecord = named(
  'TelemetryRecord',
  described(
    t.intersection([Identity, Fields, OtherMetrics]),
    'One device at one observation time. With `metrics=` only those metrics are present.',
  ),
);
/** Plain data: its keys are the identity, the fields that were asked for, and `metrics`. */
export type WireRecord = t.TypeOf<typeof Identity> & t.TypeOf<typeof OtherMetrics> & Readonly<Record<string, unknown>>;

const nanosPerSecond = 1_000_000_000n;

/** A label for people. */
export const telemetryId = ({ hostname, index, at }: Pick<TelemetryRecord, 'hostname' | 'index' | 'at'>): string => {
  const into = ((at % nanosPerSecond) + nanosPerSecond) % nanosPerSecond;
  return `${hostname}_${index}_${(at - into) / nanosPerSecond}`;
};

/** Which device a record is of. */
export const wireIdentity = (
  device: Pick<TelemetryRecord, 'index' | 'uuid' | 'device' | 'modelName' | 'hostname'>,
): Omit<t.TypeOf<typeof Identity>, 'telemetry_id' | 'timestamp'> => ({
  gpu_id: device.index,
  uuid: device.uuid,
  device: device.device,
  model_name: device.modelName,
  hostname: device.hostname,
});

type Values = ReadonlyMap<MetricName, number>;

/** The metrics without a field that were sampled; of those asked for, when some were. */
export const otherMetrics = (values: Values, asked: ReadonlySet<MetricName> | undefined): Record<string, number> =>
  Object.fromEntries([...values].filter(([metric]) => !knownMetric(metric) && (asked?.has(metric) ?? true)));

const fields = (values: Values, asked: ReadonlySet<MetricName> | undefined): Record<string, number | null> => {
  const found: Record<string, number | null> = {};
  for (const { field, metric } of knownMetrics)
    if (asked?.has(metric) ?? true) found[field] = values.get(metric) ?? null;
  return found;
};

/** The fields of a record: all of them, or those asked for; null where not sampled. */
export const wireValues = (
  values: Values,
  asked: ReadonlySet<MetricName> | undefined,
): t.TypeOf<typeof OtherMetrics> & Readonly<Record<string, unknown>> => ({
  ...fields(values, asked),
  metrics: otherMetrics(values, asked),
});

/** @param bucketed when the record is a bucket of time, which has no label for people */
export const wireRecord = (
  record: TelemetryRecord,
  asked: ReadonlySet<MetricName> | undefined,
  bucketed: boolean,
): WireRecord => ({
  telemetry_id: bucketed ? null : telemetryId(record),
  timestamp: showTime(record.at),
  ...wireIdentity(record),
  ...wireValues(record.values, asked),
});
