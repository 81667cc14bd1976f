import { type ObservedTime, type Samples, type Series } from '../../domain/segment/segment.js';

/** Numbers the entries of a table anew in the order in which they are asked for. */
const renumber = <A>(table: readonly A[]): { readonly kept: A[]; readonly of: (number: number) => number } => {
  const kept: A[] = [];
  const numbers = new Int32Array(table.length).fill(-1);
  const of = (number: number): number => {
    if (numbers[number] === -1) numbers[number] = kept.push(table[number]!) - 1;
    return numbers[number]!;
  };
  return { kept, of };
};

/** The events of these numbers in this order, with tables that hold what they use and no texts. */
export const pickSamples = (samples: Samples, events: Uint32Array): Samples => {
  const series = renumber<Series>(samples.series);
  const times = renumber<ObservedTime>(samples.times);
  const [seriesAt, timeAt] = [new Uint32Array(events.length), new Uint32Array(events.length)];
  const values = new Float64Array(events.length);
  for (let i = 0; i < events.length; i++) {
    const event = events[i]!;
    seriesAt[i] = series.of(samples.seriesAt[event]!);
    timeAt[i] = times.of(samples.timeAt[event]!);
    values[i] = samples.values[event]!;
  }
  return { series: series.kept, times: times.kept, seriesAt, timeAt, values, texts: new Map() };
};
