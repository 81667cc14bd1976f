import { type SeriesList } from '../../domain/segment/series-list.js';
import { type ReadBlock } from '../source/read-block.js';
import { type Deal } from './deal.js';
import { dealKernel } from './deal-kernel.js';

/** Blocks, in their order, that have one dictionary: the reader may have begun another. */
export interface Alike {
  readonly series: SeriesList;
  readonly blocks: ReadBlock[];
}

/**
 * Puts the series that blocks of one dictionary use into those of their partitions, and counts their events.
 *
 * @returns where the kernel finds the destinations of the events of each series
 */
export const numberSeries = ({ series, blocks }: Alike, deal: Deal): number => {
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
