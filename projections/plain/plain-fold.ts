import { type Device, deviceOf } from '../../domain/device.js';
import { effectiveTime } from '../../domain/effective-time.js';
import { type Instant } from '../../domain/instant.js';
import { type Revision } from '../../domain/revision.js';
import { type Segment, type Series } from '../../domain/segment/segment.js';
import { type StoredDocument } from '../projection.js';

/*
 * The second fold: the same documents as the production fold makes, said as plainly as possible, so that one can be
 * the judge of the other (promise R5). An object for every event, one event after the other, nothing kept but the
 * documents; shares with the production fold the words of the domain and how documents are stored, and no more.
 */

/** A segment of one partition's log. */
export interface LoggedSegment {
  readonly segment: Segment;
  readonly revision: Revision;
  /** The length of its value in the log. */
  readonly storedBytes: number;
}

/** One event, with all that a fold may want to know of it. */
export interface PlainEvent {
  readonly revision: Revision;
  readonly device: Device;
  readonly series: Series;
  readonly value: number;
  readonly observed: Instant;
  readonly appended: Instant;
  readonly effective: Instant;
}

/** The plain fold of one partition of one projection, from the beginning of the log. */
export interface PlainFold {
  /** Segments come in the order of the log, each once. */
  add(logged: LoggedSegment): void;
  /** The documents as they should now be stored. */
  documents(): StoredDocument[];
}

/** The events of a segment in their order. */
export const eventsOf = ({ segment: { header, samples }, revision }: LoggedSegment): PlainEvent[] =>
  Array.from(samples.values, (value, i) => {
    const series = samples.series[samples.seriesAt[i]!]!;
    const observed = samples.times[samples.timeAt[i]!]!.at;
    const appended = header.appendedAt;
    const effective = effectiveTime(observed, appended);
    return { revision, device: deviceOf(header.cluster, series), series, value, observed, appended, effective };
  });

/** Things that share a key, in the order in which the keys first come. */
export const grouped = <A>(things: readonly A[], keyOf: (thing: A) => string): A[][] => {
  const groups = new Map<string, A[]>();
  for (const thing of things) {
    const group = groups.get(keyOf(thing)) ?? [];
    group.push(thing);
    groups.set(keyOf(thing), group);
  }
  return [...groups.values()];
};
