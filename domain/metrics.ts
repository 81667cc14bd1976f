// A type import of the whole statement: the dashboard loads this module alone.
import type { MetricName } from './ids.js';

/** A metric that has a field of its own in a telemetry record. */
export interface KnownMetric {
  readonly metric: MetricName;
  readonly field: string;
  readonly unit: string;
  readonly meaning: string;
}

const known = (metric: string, field: string, unit: string, meaning: string): KnownMetric => ({
  metric: metric as MetricName,
  field,
  unit,
  meaning,
});

/** The metrics with a field of their own, in the order in which records show them. All are gauges. */
export const knownMetrics: readonly KnownMetric[] = [
  known('DCGM_FI_DEV_GPU_UTIL', 'gpu_utilization', '%', 'share of time in which a kernel was running'),
  known('DCGM_FI_DEV_MEM_COPY_UTIL', 'memory_utilization', '%', 'share of memory bandwidth time in use, not of size'),
  known('DCGM_FI_DEV_FB_USED', 'memory_used_mb', 'MiB', 'frame buffer in use'),
  known('DCGM_FI_DEV_FB_FREE', 'memory_free_mb', 'MiB', 'frame buffer free'),
  known('DCGM_FI_DEV_GPU_TEMP', 'temperature', '°C', 'temperature of the GPU'),
  known('DCGM_FI_DEV_POWER_USAGE', 'power_draw', 'W', 'power drawn by the board'),
  known('DCGM_FI_DEV_SM_CLOCK', 'sm_clock_mhz', 'MHz', 'clock of the streaming multiprocessors'),
  known('DCGM_FI_DEV_MEM_CLOCK', 'memory_clock_mhz', 'MHz', 'clock of the memory'),
  known('DCGM_FI_DEV_ENC_UTIL', 'encoder_utilization', '%', 'share of time in which the encoder was busy'),
  known('DCGM_FI_DEV_DEC_UTIL', 'decoder_utilization', '%', 'share of time in which the decoder was busy'),
];

const byMetric = new Map<string, KnownMetric>(knownMetrics.map((entry) => [entry.metric, entry]));
const byField = new Map<string, KnownMetric>(knownMetrics.map((entry) => [entry.field, entry]));

/** The entry of a DCGM name; undefined for a metric that stands under its own name. */
export const knownMetric = (metric: string): KnownMetric | undefined => byMetric.get(metric);

/** The entry of one of our field names, such as `gpu_utilization`. */
export const metricOfField = (field: string): KnownMetric | undefined => byField.get(field);
