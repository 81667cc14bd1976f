import { type Partition } from '../../domain/ids.js';
import { type ObservedTime, type Samples, type Series } from '../../domain/segment/segment.js';
import { type ReadBlock } from '../source/read-block.js';
import { type Placement } from './placement.js';

/** Samples of one partition while they are being gathered. */
interface Column {
  readonly series: Series[];
  readonly seriesAt: Uint32Array;
  /** First numbers in the batch's times, then, when all are there, in the column's own. */
  readonly timeAt: Uint32Array;
  readonly values: Float64Array;
  readonly texts: Map<number, string>;
  filled: number;
}

/** What the blocks of one batch share while they are dealt. */
interface Deal {
  readonly placement: Placement;
  readonly columns: readonly (Column | undefined)[];
  readonly times: TimeTable;
  /** The reader's dictionary, and where each of its series stands in its column's own; -1 is not yet. */
  dictionary: readonly Series[];
  local: Int32Array;
}

/**
 * Deals the events of consecutive blocks of one reader to their partitions, each with dictionaries of its own, in order
 * of first use; events of a partition keep the order of the source. Partitions without events are left out.
 */
export const columnsByPartition = (
  blocks: readonly ReadBlock[],
  placement: Placement,
): ReadonlyMap<Partition, Samples> => {
  const columns = emptyColumns(blocks, placement);
  const all: Deal = { placement, columns, times: new TimeTable(), dictionary: [], local: new Int32Array(0) };
  for (const block of blocks) deal(block, all);
  const samples = new Map<Partition, Samples>();
  const scratch = new Int32Array(all.times.all.length);
  columns.forEach((column, partition) => {
    if (column) samples.set(partition as Partition, samplesOf(column, all.times.all, scratch));
  });
  return samples;
};

const emptyColumns = (blocks: readonly ReadBlock[], placement: Placement): readonly (Column | undefined)[] => {
  const counts = new Uint32Array(placement.partitions);
  for (const { series, seriesAt } of blocks) {
    const partitionOf = placement.of(series);
    for (let i = 0; i < seriesAt.length; i++) counts[partitionOf[seriesAt[i]!]!]!++;
  }
  return Array.from(counts, (events) => (events === 0 ? undefined : emptyColumn(events)));
};

const emptyColumn = (events: number): Column => ({
  series: [],
  seriesAt: new Uint32Array(events),
  timeAt: new Uint32Array(events),
  values: new Float64Array(events),
  texts: new Map(),
  filled: 0,
});

const localNumbers = (all: Deal, series: readonly Series[]): Int32Array => {
  const same = all.dictionary === series;
  if (same && all.local.length >= series.length) return all.local;
  const larger = new Int32Array(series.length).fill(-1);
  if (same) larger.set(all.local);
  all.dictionary = series;
  return (all.local = larger);
};

const deal = ({ series, seriesAt, timeAt, values, texts, times }: ReadBlock, all: Deal): void => {
  const partitionOf = all.placement.of(series);
  const local = localNumbers(all, series);
  const timeNumbers = all.times.numbersOf(times);
  for (let i = 0; i < seriesAt.length; i++) {
    const global = seriesAt[i]!;
    const column = all.columns[partitionOf[global]!]!;
    let number = local[global]!;
    if (number < 0) number = local[global] = column.series.push(series[global]!) - 1;
    const place = column.filled++;
    column.seriesAt[place] = number;
    column.timeAt[place] = timeNumbers[timeAt[i]!]!;
    column.values[place] = values[i]!;
    const text = texts.size === 0 ? undefined : texts.get(i);
    if (text !== undefined) column.texts.set(place, text);
  }
};

/** The times of a batch, each once. Those without a text of their own, which is nearly all, are found by instant. */
class TimeTable {
  readonly all: ObservedTime[] = [];
  readonly #plain = new Map<bigint, number>();
  readonly #worded = new Map<string, number>();

  numbersOf(times: readonly ObservedTime[]): Uint32Array {
    return Uint32Array.from(times, (time) => this.#numberOf(time));
  }

  #numberOf(time: ObservedTime): number {
    const found =
      time.text === undefined ? this.#plain.get(time.at) : this.#worded.get(`${String(time.at)} ${time.text}`);
    if (found !== undefined) return found;
    const number = this.all.push(time) - 1;
    if (time.text === undefined) this.#plain.set(time.at, number);
    else this.#worded.set(`${String(time.at)} ${time.text}`, number);
    return number;
  }
}

/** Renumbers a column's times to those that it uses; `scratch` is as long as `all`. */
const samplesOf = (column: Column, all: readonly ObservedTime[], scratch: Int32Array): Samples => {
  const { series, seriesAt, timeAt, values, texts } = column;
  const times: ObservedTime[] = [];
  scratch.fill(-1);
  for (let i = 0; i < timeAt.length; i++) {
    const global = timeAt[i]!;
    let number = scratch[global]!;
    if (number < 0) number = scratch[global] = times.push(all[global]!) - 1;
    timeAt[i] = number;
  }
  return { series, times, seriesAt, timeAt, values, texts };
};
