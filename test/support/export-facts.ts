import { type ExpectedFleet, type ExpectedGpu, fieldOf } from './expected-fleet.js';

/*
 * What each kind of answer must say of an export, worked out from its text alone. An export that is loaded long after
 * it was written has observed times for effective times, and its GPUs are compared with its newest row.
 */

type Json = Readonly<Record<string, unknown>>;

export const unitOf: Readonly<Record<string, string>> = {
  gpu_utilization: '%',
  memory_utilization: '%',
  memory_used_mb: 'MiB',
  memory_free_mb: 'MiB',
  temperature: '°C',
  power_draw: 'W',
  sm_clock_mhz: 'MHz',
  memory_clock_mhz: 'MHz',
  encoder_utilization: '%',
  decoder_utilization: '%',
};

const fields = Object.entries(fieldOf);

const byPlace = (a: ExpectedGpu, b: ExpectedGpu): number =>
  a.hostname < b.hostname ? -1 : a.hostname > b.hostname ? 1 : Number(a.gpuId) - Number(b.gpuId);

/** The GPUs in the order of lists. */
export const gpusInOrder = ({ gpus }: ExpectedFleet): readonly ExpectedGpu[] => [...gpus.values()].sort(byPlace);

const timesOf = ({ samples }: ExpectedGpu): readonly string[] => [...samples.keys()].sort();

const newest = (times: readonly string[]): string => times.reduce((a, b) => (a > b ? a : b));

export const lastSeen = (gpus: readonly ExpectedGpu[]): string => newest(gpus.flatMap(timesOf));

/** The greatest temperature of a GPU, in °C; of an export in which it is sampled without falling in between. */
export const hottestOf = ({ samples }: ExpectedGpu): number =>
  Math.max(...[...samples.values()].map((values) => values.get('DCGM_FI_DEV_GPU_TEMP') ?? -Infinity));

const identity = ({ uuid, gpuId, device, modelName, hostname }: ExpectedGpu): Json => ({
  gpu_id: gpuId,
  uuid,
  device,
  model_name: modelName,
  hostname,
});

const labelFor = ({ hostname, gpuId }: ExpectedGpu, at: string): string =>
  `${hostname}_${gpuId}_${String(Math.floor(Date.parse(at) / 1000))}`;

const valuesIn = (values: ReadonlyMap<string, number>): Json => ({
  ...Object.fromEntries(fields.map(([metric, field]) => [field, values.get(metric) ?? null])),
  metrics: Object.fromEntries([...values].filter(([metric]) => !(metric in fieldOf))),
});

/** One row of `/telemetry`. */
export const recordOf = (gpu: ExpectedGpu, at: string): Json => ({
  telemetry_id: labelFor(gpu, at),
  timestamp: at,
  ...identity(gpu),
  ...valuesIn(gpu.samples.get(at)!),
});

/** The records of a GPU by time. */
export const recordsOf = (gpu: ExpectedGpu): readonly Json[] => timesOf(gpu).map((at) => recordOf(gpu, at));

/** The records of all GPUs by time, then place. */
export const allRecords = (fleet: ExpectedFleet): readonly Json[] =>
  gpusInOrder(fleet)
    .flatMap(recordsOf)
    .map((record, place) => [String(record['timestamp']), place, record] as const)
    .sort(([a, p], [b, q]) => (a < b ? -1 : a > b ? 1 : p - q))
    .map(([, , record]) => record);

/** The newest value of every metric, with its own time. */
export const latestOf = (gpu: ExpectedGpu): ReadonlyMap<string, { readonly value: number; readonly at: string }> => {
  const latest = new Map<string, { value: number; at: string }>();
  for (const at of timesOf(gpu)) for (const [metric, value] of gpu.samples.get(at)!) latest.set(metric, { value, at });
  return latest;
};

const shown = (metric: string): string => fieldOf[metric] ?? metric;

export const metricsOf = (gpu: ExpectedGpu): Json =>
  Object.fromEntries(
    [...latestOf(gpu)].map(([metric, { value, at }]) => [
      shown(metric),
      { value, unit: unitOf[shown(metric)] ?? null, timestamp: at },
    ]),
  );

/** A row of `/telemetry/latest`. */
export const latestRecordOf = (gpu: ExpectedGpu, cluster: string): Json => {
  const latest = [...latestOf(gpu)];
  const at = newest(latest.map(([, one]) => one.at));
  return {
    telemetry_id: labelFor(gpu, at),
    timestamp: at,
    ...identity(gpu),
    cluster_id: cluster,
    ...valuesIn(new Map(latest.map(([metric, { value }]) => [metric, value]))),
    observed_at: Object.fromEntries(latest.map(([metric, one]) => [shown(metric), one.at])),
  };
};

export const gpuOf = (gpu: ExpectedGpu, cluster: string, status: string): Json => ({
  id: gpu.gpuId,
  uuid: gpu.uuid,
  hostname: gpu.hostname,
  name: gpu.modelName,
  device: gpu.device,
  status,
  cluster_id: cluster,
  last_seen: lastSeen([gpu]),
});

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b));
const greatest = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b));

/** Samples, mean, least and greatest by metric of some values. */
const spreadsOf = (values: ReadonlyMap<string, readonly number[]>): Json =>
  Object.fromEntries(
    [...values].map(([metric, all]) => [
      shown(metric),
      {
        unit: unitOf[shown(metric)] ?? null,
        samples: all.length,
        mean: mean(all),
        min: least(all),
        max: greatest(all),
      },
    ]),
  );

const grouped = (cells: Iterable<readonly [metric: string, value: number]>): ReadonlyMap<string, readonly number[]> => {
  const groups = new Map<string, number[]>();
  for (const [metric, value] of cells) groups.set(metric, [...(groups.get(metric) ?? []), value]);
  return groups;
};

const minuteOf = (at: string): string => `${at.slice(0, 16)}:00Z`;

/** Every cell of some GPUs within one minute. */
const cellsIn = (gpus: readonly ExpectedGpu[], minute: string): readonly (readonly [string, number])[] =>
  gpus.flatMap(({ samples }) => [...samples].flatMap(([at, values]) => (minuteOf(at) === minute ? [...values] : [])));

/** The metrics of a host over its last minute. */
export const lastMinuteOf = (gpus: readonly ExpectedGpu[]): Json =>
  spreadsOf(grouped(cellsIn(gpus, minuteOf(lastSeen(gpus)))));

/** The course of all GPUs by minute. */
export const courseOf = (gpus: readonly ExpectedGpu[]): readonly Json[] =>
  [...new Set(gpus.flatMap((gpu) => timesOf(gpu).map(minuteOf)))]
    .sort()
    .map((start) => ({ start, metrics: spreadsOf(grouped(cellsIn(gpus, start))) }));

/** Of the latest values of GPUs: how they lie, null where there are none. */
export const distributionOf = (values: readonly number[], field: string): Json => {
  const sorted = [...values].sort((a, b) => a - b);
  const some = sorted.length > 0;
  return {
    unit: unitOf[field] ?? null,
    samples: sorted.length,
    min: some ? sorted[0] : null,
    mean: some ? mean(sorted) : null,
    max: some ? sorted.at(-1) : null,
    p95: some ? sorted[Math.ceil(0.95 * sorted.length) - 1] : null,
  };
};
