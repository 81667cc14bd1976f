import { type Samples } from '../../domain/segment/segment.js';
import { ranksOf } from '../folding/ranks.js';
import { pickSamples } from './pick-samples.js';

/**
 * The samples of one device from several places, later positions last, as one: by observation time, then by metric in
 * the order of first sight. For one metric at one time the sample of the latest position stays (promise P3). Takes
 * samples of chunks and of open runs, whose times have no texts.
 */
export const mergeSamples = (layers: readonly Samples[]): Samples => {
  const all = layers.length === 1 ? layers[0]! : concatenate(layers);
  const ranks = ranksOf(all.times.map(({ at }) => at));
  const metrics = metricNumbers(all);
  const keys = new Float64Array(all.values.length);
  for (let i = 0; i < keys.length; i++) {
    keys[i] = ranks[all.timeAt[i]!]! * metrics.count + metrics.at[all.seriesAt[i]!]!;
  }
  const merged = oneTimeEach(all, ranks);
  if (!ascending(keys)) return pickSamples(merged, lastOfEach(keys));
  return isPicked(merged) ? merged : pickSamples(merged, numbersTo(keys.length));
};

/** Whether picking all of them would change nothing: tables hold what is used, in the order of first use. */
const isPicked = ({ series, times, seriesAt, timeAt, texts }: Samples): boolean =>
  texts.size === 0 && isInOrderOfUse(seriesAt, series.length) && isInOrderOfUse(timeAt, times.length);

const isInOrderOfUse = (column: Uint32Array, entries: number): boolean => {
  let used = 0;
  for (let i = 0; i < column.length; i++) {
    if (column[i]! > used) return false;
    if (column[i] === used) used++;
  }
  return used === entries;
};

const numbersTo = (length: number): Uint32Array => {
  const numbers = new Uint32Array(length);
  for (let i = 0; i < length; i++) numbers[i] = i;
  return numbers;
};

const ascending = (keys: Float64Array): boolean => {
  for (let i = 1; i < keys.length; i++) if (keys[i]! <= keys[i - 1]!) return false;
  return true;
};

/** Events in the order of their keys, and of equal ones the last. */
const lastOfEach = (keys: Float64Array): Uint32Array => {
  let bound = 0;
  for (let i = 0; i < keys.length; i++) if (keys[i]! >= bound) bound = keys[i]! + 1;
  return bound <= keys.length * sparsest ? lastByTable(keys, bound) : lastBySort(keys);
};

/** A table of keys with more than this many entries per event costs more than sorting. */
const sparsest = 16;

const lastByTable = (keys: Float64Array, bound: number): Uint32Array => {
  const last = new Int32Array(bound).fill(-1);
  for (let i = 0; i < keys.length; i++) last[keys[i]!] = i;
  const order = new Uint32Array(keys.length);
  let kept = 0;
  for (let key = 0; key < bound; key++) if (last[key]! >= 0) order[kept++] = last[key]!;
  return order.subarray(0, kept);
};

const lastBySort = (keys: Float64Array): Uint32Array => {
  const order = numbersTo(keys.length).sort((a, b) => keys[a]! - keys[b]! || a - b);
  return order.filter((event, i) => i + 1 === order.length || keys[order[i + 1]!] !== keys[event]);
};

/** By number of the series, the number of its metric in the order of first events. */
const metricNumbers = ({ series, seriesAt }: Samples): { readonly at: Int32Array; readonly count: number } => {
  const known = new Map<string, number>();
  const at = new Int32Array(series.length).fill(-1);
  for (let i = 0; i < seriesAt.length; i++) {
    const s = seriesAt[i]!;
    if (at[s] !== -1) continue;
    const { metric } = series[s]!;
    if (!known.has(metric)) known.set(metric, known.size);
    at[s] = known.get(metric)!;
  }
  return { at, count: known.size };
};

/** Equal times as one. */
const oneTimeEach = (samples: Samples, ranks: Uint32Array): Samples => {
  if (ranks.every((rank, time) => rank === time)) return samples;
  const first = new Int32Array(ranks.length).fill(-1);
  for (let time = ranks.length - 1; time >= 0; time--) first[ranks[time]!] = time;
  const timeAt = new Uint32Array(samples.timeAt.length);
  for (let i = 0; i < timeAt.length; i++) timeAt[i] = first[ranks[samples.timeAt[i]!]!]!;
  return { ...samples, timeAt };
};

const concatenate = (layers: readonly Samples[]): Samples => {
  const length = layers.reduce((sum, { values }) => sum + values.length, 0);
  const [seriesAt, timeAt, values] = [new Uint32Array(length), new Uint32Array(length), new Float64Array(length)];
  let [events, series, times] = [0, 0, 0];
  for (const layer of layers) {
    values.set(layer.values, events);
    for (let i = 0; i < layer.values.length; i++) {
      seriesAt[events + i] = layer.seriesAt[i]! + series;
      timeAt[events + i] = layer.timeAt[i]! + times;
    }
    events += layer.values.length;
    series += layer.series.length;
    times += layer.times.length;
  }
  const tables = { series: layers.flatMap((layer) => layer.series), times: layers.flatMap((layer) => layer.times) };
  return { ...tables, seriesAt, timeAt, values, texts: new Map() };
};
