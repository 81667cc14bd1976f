import { type Partition } from '../../domain/ids.js';
import { type ObservedTime, type Samples, type Series } from '../../domain/segment/segment.js';
import { type ReadBlock } from '../source/read-block.js';
import { type Placement } from './placement.js';

/** The events of a batch, partition after partition, while they are being dealt. */
interface Dealt {
  readonly placement: Placement;
  /** Of each partition, where its events begin; one more entry for the end. */
  readonly starts: Uint32Array;
  /** Of each partition, where its next event goes. */
  readonly next: Uint32Array;
  /** Of each partition, the series that it has met. */
  readonly series: readonly Series[][];
  readonly seriesAt: Uint32Array;
  /** Numbers in the batch's times. */
  readonly timeAt: Uint32Array;
  readonly values: Float64Array;
  /** Of each partition, by the number of the event in it. */
  readonly texts: readonly Map<number, string>[];
  readonly times: TimeTable;
  /** Where each series of the reader's dictionary that is used stands in its partition's own. */
  local: Uint32Array;
}

/**
 * Deals the events of consecutive blocks of one reader to their partitions, each with dictionaries of its own; events of
 * a partition keep the order of the source, and series that of the reader's dictionary, so that batches of the same
 * series have the same dictionary, wherever in the order of rows they begin. Partitions without events are left out.
 */
export const columnsByPartition = (
  blocks: readonly ReadBlock[],
  placement: Placement,
): ReadonlyMap<Partition, Samples> => {
  const dealt = beginDeal(blocks, placement);
  for (const alike of byDictionary(blocks)) {
    numberSeries(alike, dealt);
    for (const block of alike) deal(block, dealt);
  }
  const samples = new Map<Partition, Samples>();
  const scratch = new Int32Array(dealt.times.all.length);
  for (let partition = 0; partition < placement.partitions; partition++) {
    if (dealt.starts[partition] !== dealt.starts[partition + 1]) {
      samples.set(partition as Partition, samplesOf(dealt, partition, scratch));
    }
  }
  return samples;
};

const beginDeal = (blocks: readonly ReadBlock[], placement: Placement): Dealt => {
  const starts = new Uint32Array(placement.partitions + 1);
  for (const { series, seriesAt } of blocks) count(seriesAt, placement.of(series), starts);
  for (let partition = 0; partition < placement.partitions; partition++) starts[partition + 1]! += starts[partition]!;
  const events = starts[placement.partitions]!;
  return {
    placement,
    starts,
    next: starts.slice(),
    series: Array.from({ length: placement.partitions }, () => []),
    seriesAt: new Uint32Array(events),
    timeAt: new Uint32Array(events),
    values: new Float64Array(events),
    texts: Array.from({ length: placement.partitions }, () => new Map<number, string>()),
    times: new TimeTable(),
    local: new Uint32Array(0),
  };
};

/** Adds the events of each partition to the entry behind its own. */
const count = (seriesAt: Uint32Array, partitionOf: Uint8Array, counts: Uint32Array): void => {
  for (let i = 0; i < seriesAt.length; i++) counts[partitionOf[seriesAt[i]!]! + 1]!++;
};

/** Blocks, in their order, that have one dictionary: the reader may have begun another. */
const byDictionary = (blocks: readonly ReadBlock[]): readonly (readonly ReadBlock[])[] => {
  const alike: ReadBlock[][] = [];
  for (const block of blocks) {
    if (alike.at(-1)?.[0]?.series === block.series) alike.at(-1)!.push(block);
    else alike.push([block]);
  }
  return alike;
};

/** Puts the series that blocks of one dictionary use into those of their partitions. */
const numberSeries = (blocks: readonly ReadBlock[], dealt: Dealt): void => {
  const { series } = blocks[0]!;
  const used = new Uint8Array(series.length);
  for (const { seriesAt } of blocks) mark(seriesAt, used);
  const partitionOf = dealt.placement.of(series);
  dealt.local = new Uint32Array(series.length);
  for (let number = 0; number < used.length; number++) {
    if (used[number] === 1) dealt.local[number] = dealt.series[partitionOf[number]!]!.push(series[number]!) - 1;
  }
};

const mark = (numbers: Uint32Array, used: Uint8Array): void => {
  for (let i = 0; i < numbers.length; i++) used[numbers[i]!] = 1;
};

const deal = (block: ReadBlock, dealt: Dealt): void => {
  const { series, seriesAt, timeAt, values, texts } = block;
  const partitionOf = dealt.placement.of(series);
  const timeNumbers = dealt.times.numbersOf(block.times);
  const { next, local } = dealt;
  for (let i = 0; i < seriesAt.length; i++) {
    const global = seriesAt[i]!;
    const partition = partitionOf[global]!;
    const place = next[partition]!++;
    dealt.seriesAt[place] = local[global]!;
    dealt.timeAt[place] = timeNumbers[timeAt[i]!]!;
    dealt.values[place] = values[i]!;
    const text = texts.size === 0 ? undefined : texts.get(i);
    if (text !== undefined) dealt.texts[partition]!.set(place - dealt.starts[partition]!, text);
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

/** The events of a partition, their times renumbered to those that it uses; `scratch` is as long as the batch's times. */
const samplesOf = (dealt: Dealt, partition: number, scratch: Int32Array): Samples => {
  const [from, to] = [dealt.starts[partition]!, dealt.starts[partition + 1]!];
  const all = dealt.times.all;
  const timeAt = dealt.timeAt.subarray(from, to);
  const times: ObservedTime[] = [];
  scratch.fill(-1);
  for (let i = 0; i < timeAt.length; i++) {
    const global = timeAt[i]!;
    let number = scratch[global]!;
    if (number < 0) number = scratch[global] = times.push(all[global]!) - 1;
    timeAt[i] = number;
  }
  return {
    series: dealt.series[partition]!,
    times,
    seriesAt: dealt.seriesAt.subarray(from, to),
    timeAt,
    values: dealt.values.subarray(from, to),
    texts: dealt.texts[partition]!,
  };
};
