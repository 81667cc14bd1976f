import { type ClusterId, type GpuUuid, type Hostname } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type Revision } from '../../domain/revision.js';
import { type StateFormat } from '../folding/document-set.js';
import { minuteOf, startOf } from '../folding/minutes.js';
import { Tallies } from '../folding/tallies.js';
import { hostDocument, type HostDocument, hostLimits, hostPath } from './host.document.js';

/** A device at an index of the host, and the newest effective time at which it was seen there. */
export interface Seat {
  readonly gpuIndex: string;
  readonly uuid: GpuUuid;
  seenAt: Instant;
}

/** A {@link HostDocument} under way. */
export interface HostState {
  revision: Revision;
  readonly cluster: ClusterId;
  readonly hostname: Hostname;
  truncated: boolean;
  watermark: Instant;
  appended: Instant;
  /** By index and uuid. */
  readonly seats: Map<string, Seat>;
  /** By minute, counted from the Unix epoch. */
  readonly minutes: Map<number, Tallies>;
}

export const seatKey = (gpuIndex: string, uuid: GpuUuid): string => `${gpuIndex}\0${uuid}`;

const fromDocument = ({ devices, minutes, ...document }: HostDocument): HostState => ({
  ...document,
  seats: new Map(devices.map(([gpuIndex, uuid, seenAt]) => [seatKey(gpuIndex, uuid), { gpuIndex, uuid, seenAt }])),
  minutes: new Map(minutes.map(([start, tallies]) => [minuteOf(start), Tallies.of(tallies)])),
});

const toDocument = ({ seats, minutes, ...state }: HostState): HostDocument => ({
  ...state,
  devices: [...seats.values()].map(({ gpuIndex, uuid, seenAt }) => [gpuIndex, uuid, seenAt]),
  minutes: [...minutes].sort(([a], [b]) => a - b).map(([minute, tallies]) => [startOf(minute), tallies.toTallies()]),
});

export const hostState: StateFormat<HostState, HostDocument> = {
  format: hostDocument,
  pathOf: ({ cluster, hostname }) => hostPath(cluster, hostname),
  fromDocument,
  toDocument,
};

/** Drops the minutes before the last two. */
export const turnTo = ({ minutes }: HostState, newest: number): void => {
  for (const minute of minutes.keys()) if (minute <= newest - hostLimits.minutes) minutes.delete(minute);
};

/** The tallies of a minute, new ones where it had none. */
export const talliesOf = ({ minutes }: HostState, minute: number): Tallies => {
  const known = minutes.get(minute) ?? Tallies.of([]);
  minutes.set(minute, known);
  return known;
};
