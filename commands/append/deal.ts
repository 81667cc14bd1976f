import { type SeriesList } from '../../domain/segment/series-list.js';
import { type ReadBlock } from '../source/read-block.js';
import { dealKernel } from './deal-kernel.js';
import { type Placement } from './placement.js';
import { TimeTable } from './time-table.js';

/** Series of one dictionary, which the kernel lists, and where in its room. */
export interface Met {
  readonly list: SeriesList;
  readonly count: number;
  readonly numbers: number;
  readonly metricAt: number;
  readonly subjectAt: number;
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
export interface Deal {
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

const columnsOf = (events: number): Columns => {
  const { room } = dealKernel();
  return { series: room.take(events * 4), times: room.take(events * 4), values: room.take(events * 8) };
};

/** Makes room in the kernel for blocks that are dealt next. */
export const beginDeal = (blocks: readonly ReadBlock[], placement: Placement): Deal => {
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

/** Where the events of each partition begin among those of the batch; that is where its first goes. */
export const startsOf = ({ shares, next }: Deal): readonly number[] => {
  let start = 0;
  const starts = shares.map(({ events }) => (start += events) - events);
  dealKernel().room.ints.set(starts, next / 4);
  return starts;
};
