import { type Partition } from '../../domain/ids.js';
import { type NumberedSeries, type ObservedTime, type Samples, type Series } from '../../domain/segment/segment.js';
import { type SeriesList } from '../../domain/segment/series-list.js';
import { type ReadBlock } from '../source/read-block.js';
import { dealKernel } from './deal-kernel.js';
import { type Placement } from './placement.js';

/** Series of one dictionary, which the kernel lists, and where in its room. */
interface Met {
  readonly list: SeriesList;
  readonly count: number;
  readonly numbers: number;
  readonly metricAt: number;
  readonly subjectAt: number;
}

/** The same, as the kernel has listed them. */
interface DealtSeries extends NumberedSeries {
  readonly list: SeriesList;
}

/** What a partition gets of a batch. */
interface Share {
  events: number;
  /** How many series it has met, and which, by the dictionaries that they are of. */
  series: number;
  readonly met: Met[];
  /** By the number of the event in it. */
  readonly texts: Map<number, string>;
}

/** Where columns of events stand in the kernel's room. */
interface Columns {
  readonly series: number;
  readonly times: number;
  readonly values: number;
}

/** A batch while it is being dealt. */
interface Deal {
  readonly placement: Placement;
  /** By partition. */
  readonly shares: readonly Share[];
  readonly times: TimeTable;
  /** In the kernel's room: where the next event of each partition goes. */
  readonly next: number;
  /** One block, and the number in the batch of each of its times. */
  readonly block: Columns & { readonly timeNumbers: number };
  /** The whole batch, partition after partition. */
  readonly batch: Columns;
}

/** Blocks, in their order, that have one dictionary: the reader may have begun another. */
interface Alike {
  readonly series: SeriesList;
  readonly blocks: ReadBlock[];
}

/**
 * Deals the events of consecutive blocks of one reader to their partitions, each with dictionaries of its own; events of
 * a partition keep the order of the source, and series that of the reader's dictionary, so that batches of the same
 * series have the same dictionary, wherever in the order of rows they begin. Partitions without events are left out.
 *
 * The columns stand in memory that the next call uses again.
 */
export const columnsByPartition = (
  blocks: readonly ReadBlock[],
  placement: Placement,
): ReadonlyMap<Partition, Samples> => {
  const [block] = blocks;
  if (block?.seriesAt.length === 1 && blocks.length === 1) return onlyEvent(block, placement);
  const deal = beginDeal(blocks, placement);
  const alike = byDictionary(blocks).map((some) => ({ ...some, destinations: numberSeries(some, deal) }));
  const starts = startsOf(deal);
  for (const { blocks: some, destinations } of alike) {
    for (const block of some) {
      dealBlock(block, destinations, deal);
      if (block.texts.size > 0) dealTexts(block, starts, deal);
    }
  }
  return samplesOf(deal, starts);
};

const zero = new Uint32Array(1);

/** A row that comes alone is its partition's all, and needs no dealing. */
const onlyEvent = (block: ReadBlock, placement: Placement): ReadonlyMap<Partition, Samples> => {
  const { values, texts, series: list } = block;
  const [number, time] = [block.seriesAt[0]!, block.timeAt[0]!];
  const subject = list.subjectAt[number]!;
  const samples = {
    series: [list.at(number)],
    numbered: {
      list,
      numbers: Uint32Array.of(number),
      metricAt: Uint32Array.of(list.metricAt[number]!),
      subjectAt: Uint32Array.of(subject),
    },
    ...{ times: [block.times[time]!], seriesAt: zero, timeAt: zero, values, texts },
  };
  return new Map([[placement.of(list)[subject]! as Partition, samples]]);
};

const columnsOf = (events: number): Columns => {
  const { room } = dealKernel();
  return { series: room.take(events * 4), times: room.take(events * 4), values: room.take(events * 8) };
};

const beginDeal = (blocks: readonly ReadBlock[], placement: Placement): Deal => {
  const { room } = dealKernel();
  room.clear();
  let [events, most, mostTimes] = [0, 0, 0];
  for (const { seriesAt, times } of blocks) {
    events += seriesAt.length;
    most = Math.max(most, seriesAt.length);
    mostTimes = Math.max(mostTimes, times.length);
  }
  return {
    placement,
    shares: Array.from({ length: placement.partitions }, () => ({ events: 0, series: 0, met: [], texts: new Map() })),
    times: new TimeTable(),
    next: room.take(placement.partitions * 4),
    block: { ...columnsOf(most), timeNumbers: room.take(mostTimes * 4) },
    batch: columnsOf(events),
  };
};

const byDictionary = (blocks: readonly ReadBlock[]): readonly Alike[] => {
  const alike: Alike[] = [];
  for (const block of blocks) {
    if (alike.at(-1)?.series === block.series) alike.at(-1)!.blocks.push(block);
    else alike.push({ series: block.series, blocks: [block] });
  }
  return alike;
};

/**
 * Puts the series that blocks of one dictionary use into those of their partitions, and counts their events.
 *
 * @returns where the kernel finds the destinations of the events of each series
 */
const numberSeries = ({ series, blocks }: Alike, deal: Deal): number => {
  const { room, code } = dealKernel();
  const { placement, block, next } = deal;
  const { length } = series;
  const tally = room.takeZeros(length * 4);
  for (const { seriesAt } of blocks) {
    room.ints.set(seriesAt, block.series / 4);
    code.tally(block.series, seriesAt.length, tally);
  }
  const destinations = room.take(length * 8);
  const subjectAt = put(series.subjectAt.subarray(0, length));
  const metricAt = put(series.metricAt.subarray(0, length));
  const partitionAt = put(placement.of(series));
  const counts = room.takeZeros(placement.partitions * 8);
  code.count(tally, length, subjectAt, partitionAt, counts);
  const lists = { numbers: room.take(length * 4), metricAt: room.take(length * 4), subjectAt: room.take(length * 4) };
  const cursors = meetSeries(counts, series, lists, deal);
  code.list(
    ...([tally, length, subjectAt, metricAt, partitionAt, cursors, next, destinations] as const),
    ...([lists.numbers, lists.metricAt, lists.subjectAt] as const),
  );
  return destinations;
};

/** The address at which the kernel finds a column. */
const put = (column: Uint32Array): number => {
  const { room } = dealKernel();
  const at = room.take(column.length * 4);
  room.ints.set(column, at / 4);
  return at;
};

/**
 * Gives each partition its stretch of the lists that the kernel will fill.
 *
 * @returns where the kernel finds its cursors, which stand in place of the counts
 */
const meetSeries = (
  counts: number,
  list: SeriesList,
  lists: { readonly numbers: number; readonly metricAt: number; readonly subjectAt: number },
  { shares }: Deal,
): number => {
  const { ints } = dealKernel().room;
  let from = 0;
  for (const [partition, share] of shares.entries()) {
    const at = counts / 4 + 2 * partition;
    const [count, events] = [ints[at]!, ints[at + 1]!];
    [ints[at], ints[at + 1]] = [from, share.series];
    if (count === 0) continue;
    const [numbers, metricAt, subjectAt] = [lists.numbers, lists.metricAt, lists.subjectAt].map((at) => at + from * 4);
    share.met.push({ list, count, numbers: numbers!, metricAt: metricAt!, subjectAt: subjectAt! });
    share.series += count;
    share.events += events;
    from += count;
  }
  return counts;
};

/** Where the events of each partition begin among those of the batch; that is where its first goes. */
const startsOf = ({ shares, next }: Deal): readonly number[] => {
  let start = 0;
  const starts = shares.map(({ events }) => (start += events) - events);
  dealKernel().room.ints.set(starts, next / 4);
  return starts;
};

const dealBlock = (read: ReadBlock, destinations: number, deal: Deal): void => {
  const { room, code } = dealKernel();
  const { block, batch, times } = deal;
  const { ints } = room;
  for (let i = 0; i < read.times.length; i++) ints[block.timeNumbers / 4 + i] = times.numberOf(read.times[i]!);
  ints.set(read.seriesAt, block.series / 4);
  ints.set(read.timeAt, block.times / 4);
  room.doubles.set(read.values, block.values / 8);
  const { series, times: timeAt, values, timeNumbers } = block;
  code.deal(
    ...([series, timeAt, values, read.seriesAt.length, destinations, timeNumbers] as const),
    ...([batch.series, batch.times, batch.values] as const),
  );
};

/** The texts of the values of a block that was dealt last. */
const dealTexts = ({ series, seriesAt, texts }: ReadBlock, starts: readonly number[], deal: Deal): void => {
  const { ints } = dealKernel().room;
  const partitionAt = deal.placement.of(series);
  const { subjectAt } = series;
  for (const [event, text] of texts) {
    const partition = partitionAt[subjectAt[seriesAt[event]!]!]!;
    deal.shares[partition]!.texts.set(ints[deal.block.times / 4 + event]! - starts[partition]!, text);
  }
};

/** The times of a batch, each once. Those without a text of their own, which is nearly all, are found by instant. */
class TimeTable {
  readonly all: ObservedTime[] = [];
  readonly #plain = new Map<bigint, number>();
  readonly #worded = new Map<string, number>();

  numberOf(time: ObservedTime): number {
    const found =
      time.text === undefined ? this.#plain.get(time.at) : this.#worded.get(`${String(time.at)} ${time.text}`);
    if (found !== undefined) return found;
    const number = this.all.push(time) - 1;
    if (time.text === undefined) this.#plain.set(time.at, number);
    else this.#worded.set(`${String(time.at)} ${time.text}`, number);
    return number;
  }
}

/** Each partition that has events, their times numbered anew: those that it uses. */
const samplesOf = ({ shares, times, batch }: Deal, starts: readonly number[]): ReadonlyMap<Partition, Samples> => {
  const { room, code } = dealKernel();
  const known = room.takeZeros(times.all.length * 4);
  const used = room.take(times.all.length * 4);
  const samples = new Map<Partition, Samples>();
  for (const [partition, { events, met, texts }] of shares.entries()) {
    if (events === 0) continue;
    const from = starts[partition]!;
    const count = code.renumber(batch.times + from * 4, events, known, used);
    const numbers = room.ints.subarray(used / 4, used / 4 + count);
    const part = (column: number, size: number) => [column / size + from, column / size + from + events] as const;
    samples.set(
      partition as Partition,
      new DealtSamples(
        met.map(numberedOf),
        Array.from(numbers, (number) => times.all[number]!),
        room.ints.subarray(...part(batch.series, 4)),
        room.ints.subarray(...part(batch.times, 4)),
        room.doubles.subarray(...part(batch.values, 8)),
        texts,
      ),
    );
  }
  return samples;
};

const numberedOf = ({ list, count, ...columns }: Met): DealtSeries => {
  const { ints } = dealKernel().room;
  const part = (at: number): Uint32Array => ints.subarray(at / 4, at / 4 + count);
  const { numbers, metricAt, subjectAt } = columns;
  return { list, numbers: part(numbers), metricAt: part(metricAt), subjectAt: part(subjectAt) };
};

/** Its series are put together for who looks at them: those of one dictionary are written by their numbers. */
class DealtSamples implements Samples {
  #series: readonly Series[] | undefined;

  constructor(
    private readonly met: readonly DealtSeries[],
    readonly times: readonly ObservedTime[],
    readonly seriesAt: Uint32Array,
    readonly timeAt: Uint32Array,
    readonly values: Float64Array,
    readonly texts: ReadonlyMap<number, string>,
  ) {}

  get numbered(): NumberedSeries | undefined {
    return this.met.length === 1 ? this.met[0] : undefined;
  }

  get series(): readonly Series[] {
    return (this.#series ??= this.met.flatMap(({ list, numbers }) => Array.from(numbers, (number) => list.at(number))));
  }
}
