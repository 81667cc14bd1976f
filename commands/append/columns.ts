import { type Partition } from '../../domain/ids.js';
import { type Samples } from '../../domain/segment/segment.js';
import { type ReadBlock } from '../source/read-block.js';
import { beginDeal, type Deal, type Met, startsOf } from './deal.js';
import { dealKernel } from './deal-kernel.js';
import { DealtSamples, type DealtSeries } from './dealt-samples.js';
import { type Alike, numberSeries } from './number-series.js';
import { type Placement } from './placement.js';

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

const byDictionary = (blocks: readonly ReadBlock[]): readonly Alike[] => {
  const alike: Alike[] = [];
  for (const block of blocks) {
    if (alike.at(-1)?.series === block.series) alike.at(-1)!.blocks.push(block);
    else alike.push({ series: block.series, blocks: [block] });
  }
  return alike;
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
