import * as t from 'io-ts';
import { Lane, type Partition, Sequence } from './ids.js';
import { Instant } from './instant.js';
import { beginning, Revision } from './revision.js';

/**
 * Up to where retention may delete the log of one partition: `meta/trimmed/{partition}`, written ahead while etcd has
 * room, so that a full etcd can be freed without a put (promise L1). It only ever moves on. What lies before it counts
 * as gone, whether it has been deleted yet or not. Versioned: change with care.
 */
export const TrimHorizon = t.readonly(
  t.type({
    /** From this revision on the partition's log is whole. */
    from: Revision,
    /** The first segment that stays in each lane; a lane that is not named is whole. */
    lanes: t.readonlyArray(t.readonly(t.type({ lane: Lane, first: Sequence }))),
    /** What lies before it in all, since the log began; bytes are those of the segments. */
    segments: t.number,
    events: t.number,
    bytes: t.number,
    /** When the newest segment before it was appended. */
    appended_before: Instant,
  }),
  'TrimHorizon',
);
export type TrimHorizon = t.TypeOf<typeof TrimHorizon>;

/** The horizons of all partitions that have one. */
export type TrimHorizons = ReadonlyMap<Partition, TrimHorizon>;

/** The first segment of a lane that stays. */
export const firstKept = (horizon: TrimHorizon | undefined, lane: Lane): Sequence =>
  horizon?.lanes.find((one) => one.lane === lane)?.first ?? (0 as Sequence);

/** A horizon only moves on, and with it what it has dropped. */
export const sameHorizons = (a: TrimHorizons, b: TrimHorizons): boolean =>
  a.size === b.size && [...a].every(([partition, { segments }]) => segments === b.get(partition)?.segments);

/** What was trimmed in all. */
export const trimmedInAll = (
  horizons: TrimHorizons,
): { readonly segments: number; readonly events: number; readonly bytes: number } => {
  const sum = (what: 'segments' | 'events' | 'bytes') =>
    [...horizons.values()].reduce((total, horizon) => total + horizon[what], 0);
  return { segments: sum('segments'), events: sum('events'), bytes: sum('bytes') };
};

/** The revision from which on every partition's log is whole; the beginning where nothing was ever trimmed. */
export const wholeFrom = (horizons: TrimHorizons): Revision =>
  [...horizons.values()].reduce((latest, { from }) => (from > latest ? from : latest), beginning);
