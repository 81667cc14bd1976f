// A type import of the whole statement: the dashboard loads this module without what it imports.
import type { MetricName } from './ids.js';

/*
 * Which metrics tell that something is wrong with a GPU, and when. A pure constant: what a fold makes of the log must not
 * depend on how a collector was started (promise P3). To change it is to raise the version of the projection `health`.
 */

/** What can be wrong with a GPU. `not_seen` is told by the clock and not by a metric: see `query-api/queries/not-seen.ts`. */
export const healthKinds = [
  'xid',
  'ecc_double_bit',
  'ecc_single_bit',
  'temperature',
  'throttle',
  'violation',
  'not_seen',
] as const;
export type HealthKind = (typeof healthKinds)[number];

/**
 * Degrees Celsius at and above which a GPU counts as over its slow-down limit: the lowest limit that NVIDIA states for a
 * data-centre GPU (V100: 87 °C; later ones slow down a few degrees above). README, API documentation, alerts and the
 * dashboards of Grafana name it.
 */
export const slowdownLimit = 87;

/**
 * How samples tell of it. `code`: a value above zero is what is wrong, such as the number of an XID error. `limit`: a value
 * at or above `least`. `bit`: a value with this bit. `counter`: a value that has grown; one that has shrunk has begun
 * again from zero, and so has one that is seen for the first time.
 */
export type Rule =
  | { readonly kind: 'code' }
  | { readonly kind: 'limit'; readonly least: number }
  | { readonly kind: 'bit'; readonly bit: number }
  | { readonly kind: 'counter' };

/** One thing that can be wrong, and how it is told. */
export interface HealthSignal {
  /** Its name in documents: `kind`, or `kind:cause`. */
  readonly name: string;
  readonly kind: Exclude<HealthKind, 'not_seen'>;
  /** Which of its kind: a reason to throttle, a counter of errors; null where the kind says all. */
  readonly cause: string | null;
  /** The metrics that tell of it: one and the same under the names of several versions of DCGM. */
  readonly metrics: readonly MetricName[];
  readonly rule: Rule;
  /** Of values and of what a counter has grown by; null for codes and bits. */
  readonly unit: string | null;
}

const signal = (
  kind: HealthSignal['kind'],
  cause: string | null,
  metrics: readonly string[],
  rule: Rule,
  unit: string | null,
): HealthSignal => ({
  ...{ name: cause === null ? kind : `${kind}:${cause}`, kind, cause, rule, unit },
  metrics: metrics as readonly MetricName[],
});

const counter = { kind: 'counter' } as const;
const reasons = ['DCGM_FI_DEV_CLOCK_THROTTLE_REASONS', 'DCGM_FI_DEV_CLOCKS_EVENT_REASONS'];
const throttle = (cause: string, bit: number): HealthSignal =>
  signal('throttle', cause, reasons, { kind: 'bit', bit }, null);
const violation = (cause: string, metric: string): HealthSignal =>
  signal('violation', cause, [metric], counter, 'time throttled, as the exporter counts it');

/**
 * Everything that is watched. Of the reasons to run at lower clocks those that are nothing to worry about are left out:
 * idle (1), clocks that were set (2), synchronised boost (16), display (256).
 */
const healthSignals: readonly HealthSignal[] = [
  signal('xid', null, ['DCGM_FI_DEV_XID_ERRORS'], { kind: 'code' }, null),
  signal('ecc_double_bit', 'volatile', ['DCGM_FI_DEV_ECC_DBE_VOL_TOTAL'], counter, 'errors'),
  signal('ecc_double_bit', 'aggregate', ['DCGM_FI_DEV_ECC_DBE_AGG_TOTAL'], counter, 'errors'),
  signal('ecc_single_bit', 'volatile', ['DCGM_FI_DEV_ECC_SBE_VOL_TOTAL'], counter, 'errors'),
  signal('ecc_single_bit', 'aggregate', ['DCGM_FI_DEV_ECC_SBE_AGG_TOTAL'], counter, 'errors'),
  signal('temperature', null, ['DCGM_FI_DEV_GPU_TEMP'], { kind: 'limit', least: slowdownLimit }, '°C'),
  throttle('sw_power_cap', 4),
  throttle('hw_slowdown', 8),
  throttle('sw_thermal_slowdown', 32),
  throttle('hw_thermal_slowdown', 64),
  throttle('hw_power_brake', 128),
  violation('power', 'DCGM_FI_DEV_POWER_VIOLATION'),
  violation('thermal', 'DCGM_FI_DEV_THERMAL_VIOLATION'),
  violation('board_limit', 'DCGM_FI_DEV_BOARD_LIMIT_VIOLATION'),
  violation('reliability', 'DCGM_FI_DEV_RELIABILITY_VIOLATION'),
];

const byMetric = new Map<string, readonly HealthSignal[]>(
  healthSignals.flatMap(({ metrics }) =>
    metrics.map((metric) => [metric, healthSignals.filter((one) => one.metrics.includes(metric))] as const),
  ),
);
const byName = new Map(healthSignals.map((one) => [one.name, one]));

/** What a metric tells of; none for most metrics. */
export const signalsOf = (metric: MetricName): readonly HealthSignal[] => byMetric.get(metric) ?? [];

export const signalNamed = (name: string): HealthSignal | undefined => byName.get(name);

/** The least value that tells of something wrong where nothing was wrong before. */
export const leastTelling = ({ rule }: HealthSignal): number =>
  rule.kind === 'limit' ? rule.least : rule.kind === 'bit' ? rule.bit : Number.MIN_VALUE;

/** What one value tells: by which code it goes on, and how much of it there is; undefined where nothing is wrong. */
export interface Reading {
  /** The number of the XID error; 0 for everything else. */
  readonly code: number;
  /** Of a counter what it has grown by; 1 for everything else. */
  readonly amount: number;
}

/** @param before the value of the counter before; ignored for what is not one */
export const readingOf = ({ rule }: HealthSignal, value: number, before: number): Reading | undefined => {
  switch (rule.kind) {
    case 'code':
      return value > 0 ? { code: value, amount: 1 } : undefined;
    case 'limit':
      return value >= rule.least ? { code: 0, amount: 1 } : undefined;
    case 'bit':
      return Math.floor(value / rule.bit) % 2 === 1 ? { code: 0, amount: 1 } : undefined;
    case 'counter': {
      const amount = value < before ? value : value - before;
      return amount > 0 ? { code: 0, amount } : undefined;
    }
  }
};
