import { metricOfField } from '../../../domain/metrics.js';

const trimmed = (value: number, digits: number): string =>
  value.toLocaleString('en-US', { maximumFractionDigits: digits, useGrouping: true });

/** A number as people read it: about three digits. */
export const plainNumber = (value: number): string => {
  const size = Math.abs(value);
  return trimmed(value, size >= 100 ? 0 : size >= 10 ? 1 : 2);
};

/** `63,211 MiB` is 61.7 GiB to people. */
const memory = (mebibytes: number): string => {
  if (Math.abs(mebibytes) >= 1024 * 1024) return `${plainNumber(mebibytes / 1024 / 1024)} TiB`;
  if (Math.abs(mebibytes) >= 1024) return `${plainNumber(mebibytes / 1024)} GiB`;
  return `${plainNumber(mebibytes)} MiB`;
};

const powers: readonly (readonly [least: number, letter: string])[] = [
  [1e15, 'P'],
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
];

const power = (watts: number): string => {
  if (watts >= 1e6) return `${plainNumber(watts / 1e6)} MW`;
  return watts >= 1e4 ? `${plainNumber(watts / 1e3)} kW` : `${plainNumber(watts)} W`;
};

/** Of a metric whose unit is not known: the great ones, such as bytes of a link, in powers of a thousand. */
const unitless = (value: number): string => {
  const [size, letter] = powers.find(([least]) => Math.abs(value) >= least) ?? [1, ''];
  return `${plainNumber(value / size)} ${letter}`.trimEnd();
};

export const unitOf = (metric: string): string => metricOfField(metric)?.unit ?? '';

/** A value of a metric with its unit. */
export const quantity = (metric: string, value: number): string => {
  const unit = unitOf(metric);
  if (unit === 'MiB') return memory(value);
  if (unit === 'W') return power(value);
  if (unit === '%') return `${plainNumber(value)}%`;
  return unit === '' ? unitless(value) : `${plainNumber(value)} ${unit}`;
};

const labels: Readonly<Record<string, string>> = {
  gpu_utilization: 'GPU utilization',
  memory_utilization: 'Memory bandwidth',
  memory_used_mb: 'Memory used',
  memory_free_mb: 'Memory free',
  temperature: 'Temperature',
  power_draw: 'Power draw',
  sm_clock_mhz: 'SM clock',
  memory_clock_mhz: 'Memory clock',
  encoder_utilization: 'Encoder',
  decoder_utilization: 'Decoder',
};

/** Words of DCGM that are not written small; of the others a name begins with a capital. */
const spelled: ReadonlyMap<string, string> = new Map([
  ...['DBE', 'ECC', 'FB', 'FP16', 'FP32', 'FP64', 'GPU', 'GR', 'RX', 'SBE', 'SM', 'TX', 'XID'].map(
    (word) => [word, word] as const,
  ),
  ['NVLINK', 'NVLink'],
  ['PCIE', 'PCIe'],
]);

const wordsOf = (metric: string): string => {
  const words = metric.replace(/^DCGM_FI_(DEV|PROF)_/, '').split('_');
  const text = words.map((word) => spelled.get(word) ?? word.toLowerCase()).join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
};

/** What a metric is called on the page. */
export const titleOf = (metric: string): string => labels[metric] ?? wordsOf(metric);

const steps: readonly (readonly [seconds: number, unit: string])[] = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
];

/** How long: `2 s`, `5 min`, `3 h`, `12 d`. */
export const age = (milliseconds: number): string => {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const step = steps.find(([least]) => seconds >= least);
  return step ? `${String(Math.floor(seconds / step[0]))} ${step[1]}` : `${String(seconds)} s`;
};

/** Clocks differ a little: what lies so little ahead is now. */
const nowMs = 5_000;

/** Whether something that lies so many milliseconds in the future does so by a clock that is wrong. */
export const isAhead = (milliseconds: number): boolean => milliseconds > nowMs;

/** `5 min ago`, and of what is dated later than now `59 min ahead`. @param milliseconds below zero for the latter */
export const ago = (milliseconds: number): string =>
  isAhead(-milliseconds) ? `${age(-milliseconds)} ahead` : `${age(milliseconds)} ago`;

export const bytes = (count: number): string => memory(count / 2 ** 20);
export const count = (value: number): string => trimmed(value, 0);
/** So many of something: `1 host`, `31 hosts`. */
export const counted = (value: number, one: string): string => `${count(value)} ${one}${value === 1 ? '' : 's'}`;
