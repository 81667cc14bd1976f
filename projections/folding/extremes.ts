import { type Samples } from '../../domain/segment/segment.js';
import { type Subjects } from './subjects.js';

/** By number of the slot, numbers of events; only the slots in `seen` have any. */
export interface Extremes {
  /** The slots that have events, in the order of their first ones. */
  readonly seen: readonly number[];
  readonly first: Uint32Array;
  /** The event of the newest effective time, ties by the later place. */
  readonly newest: Uint32Array;
  /** An event of the earliest effective time. */
  readonly earliest: Uint32Array;
}

/** @param ranks the order of the effective times, by number of the time */
export const extremesOf = (samples: Samples, subjects: Subjects, ranks: Uint32Array): Extremes => {
  const { seriesAt, timeAt } = samples;
  const { slotAt } = subjects;
  const slots = subjects.slots.device.length;
  const seen: number[] = [];
  const [first, newest, earliest] = [0, 1, 2].map(() => new Uint32Array(slots)) as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  const high = new Int32Array(slots).fill(-1);
  const low = new Uint32Array(slots);
  for (let i = 0; i < seriesAt.length; i++) {
    const slot = slotAt[seriesAt[i]!]!;
    const rank = ranks[timeAt[i]!]!;
    if (high[slot] === -1) {
      seen.push(slot);
      first[slot] = earliest[slot] = i;
      low[slot] = rank;
    }
    if (rank >= high[slot]!) {
      high[slot] = rank;
      newest[slot] = i;
    }
    if (rank < low[slot]!) {
      low[slot] = rank;
      earliest[slot] = i;
    }
  }
  return { seen, first, newest, earliest };
};
