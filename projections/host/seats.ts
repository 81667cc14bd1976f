import { type Series } from '../../domain/segment/segment.js';
import { clipped } from '../documents/clip.document.js';
import { type SegmentView } from '../folding/segment-view.js';
import { type Subjects } from '../folding/subjects.js';
import { hostLimits } from './host.document.js';
import { type HostState, seatKey } from './host-state.js';

/** Each device at each index that the series of a segment show, as numbers. */
interface SeatNumbers {
  /** By number of the series. */
  readonly seatAt: Uint32Array;
  readonly count: number;
}

const known = new WeakMap<Subjects, SeatNumbers>();

const seatNumbers = ({ samples, subjects }: SegmentView): SeatNumbers => {
  const numbers = known.get(subjects) ?? numberSeats(samples.series, subjects);
  known.set(subjects, numbers);
  return numbers;
};

const numberSeats = (series: readonly Series[], subjects: Subjects): SeatNumbers => {
  const numbers = new Map<string, number>();
  const seatAt = series.map(({ gpuIndex }, s) => {
    const key = `${subjects.deviceAt[s]!} ${clipped(gpuIndex)}`;
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    return number;
  });
  return { seatAt: Uint32Array.from(seatAt), count: numbers.size };
};

/** The newest event of each seat, in the order of the seats' first events. */
const newestEvents = (view: SegmentView): number[] => {
  const { seatAt, count } = seatNumbers(view);
  const { seriesAt, timeAt } = view.samples;
  const high = new Int32Array(count).fill(-1);
  const newest = new Uint32Array(count);
  const order: number[] = [];
  for (let i = 0; i < seriesAt.length; i++) {
    const seat = seatAt[seriesAt[i]!]!;
    const rank = view.ranks[timeAt[i]!]!;
    if (high[seat] === -1) order.push(seat);
    if (rank <= high[seat]!) continue;
    high[seat] = rank;
    newest[seat] = i;
  }
  return order.map((seat) => newest[seat]!);
};

/** Notes when each device was seen at which index; the states that this changed. */
export const takeSeats = (view: SegmentView, hosts: readonly (HostState | undefined)[]): HostState[] => {
  const changed: HostState[] = [];
  for (const event of newestEvents(view)) {
    const host = hosts[view.subjects.hostAt[view.samples.seriesAt[event]!]!];
    if (host && takeSeat(view, host, event)) changed.push(host);
  }
  return changed;
};

const takeSeat = (view: SegmentView, host: HostState, event: number): boolean => {
  const { samples, subjects } = view;
  const s = samples.seriesAt[event]!;
  const { uuid } = subjects.devices[subjects.deviceAt[s]!]!.device;
  const gpuIndex = clipped(samples.series[s]!.gpuIndex);
  const seenAt = view.effective[samples.timeAt[event]!]!;
  const known = host.seats.get(seatKey(gpuIndex, uuid));
  if (known && seenAt < known.seenAt) return false;
  if (known) known.seenAt = seenAt;
  else if (host.seats.size < hostLimits.devices) host.seats.set(seatKey(gpuIndex, uuid), { gpuIndex, uuid, seenAt });
  else if (host.truncated) return false;
  else host.truncated = true;
  return true;
};
