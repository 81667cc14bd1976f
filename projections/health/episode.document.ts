import * as t from 'io-ts';
import { Instant } from '../../domain/instant.js';
import { Revision } from '../../domain/revision.js';

/** How often something was wrong, when, and how bad it was. */
export interface Extent {
  /** The name of the signal, and the number of the XID error; 0 for everything else. */
  readonly signal: string;
  readonly code: number;
  /** How often it happened: how much a counter has grown, else the number of episodes. */
  readonly count: number;
  /** The samples that told of it. */
  readonly samples: number;
  /** Effective times of the earliest and the newest of those samples. */
  readonly first: Instant;
  readonly last: Instant;
  /** The greatest of their values. */
  readonly worst: number;
}

/** One thing that was ever wrong: the sum of its episodes. */
export type Condition = Extent;

/** A time during which one thing was wrong, without a sample in between that told otherwise. */
export interface Episode extends Extent {
  /** The segment that made it known, and the one that ended it: null while the newest sample still tells of it. */
  readonly began: Revision;
  readonly ended: Revision | null;
}

/** How far a signal is that was ever told of. */
export interface Watch {
  readonly signal: string;
  /** The last value of a counter; 0 for everything else. */
  readonly value: number;
  /** Effective time of the newest sample that changed something; an earlier one is late. */
  readonly at: Instant;
}

/**
 * Nanoseconds: a sample that comes late and is no further than this from an episode of the same thing belongs to it, so
 * that an older file that is streamed after a newer one makes episodes and not one of each sample.
 */
export const lateJoin = 60_000_000_000n;

/** Stored as a row of a table: documents are written often while something is wrong. */
const storedAs = <A extends object, R, O>(name: string, row: t.Type<R, O>, of: (row: R) => A, to: (thing: A) => R) =>
  new t.Type<A, O>(
    name,
    (value): value is A => typeof value === 'object' && value !== null && 'signal' in value,
    (input, context) => {
      const decoded = row.validate(input, context);
      return decoded._tag === 'Left' ? decoded : t.success(of(decoded.right));
    },
    (thing) => row.encode(to(thing)),
  );

const ExtentRow = t.tuple([t.string, t.number, t.tuple([t.number, t.number, t.number]), t.tuple([Instant, Instant])]);
type ExtentRow = t.TypeOf<typeof ExtentRow>;

const extentOf = ([signal, code, [count, samples, worst], [first, last]]: ExtentRow): Extent => ({
  ...{ signal, code, count, samples, first, last, worst },
});
const extentRow = ({ signal, code, count, samples, first, last, worst }: Extent): ExtentRow => [
  signal,
  code,
  [count, samples, worst],
  [first, last],
];

export const Condition = storedAs<Condition, ExtentRow, t.OutputOf<typeof ExtentRow>>(
  'Condition',
  ExtentRow,
  extentOf,
  extentRow,
);

const EpisodeRow = t.tuple([ExtentRow, Revision, t.union([Revision, t.null])]);
type EpisodeRow = t.TypeOf<typeof EpisodeRow>;

export const Episode = storedAs<Episode, EpisodeRow, t.OutputOf<typeof EpisodeRow>>(
  'Episode',
  EpisodeRow,
  ([extent, began, ended]) => ({ ...extentOf(extent), began, ended }),
  ({ began, ended, ...extent }) => [extentRow(extent), began, ended],
);

const WatchRow = t.tuple([t.string, t.number, Instant]);
type WatchRow = t.TypeOf<typeof WatchRow>;

export const Watch = storedAs<Watch, WatchRow, t.OutputOf<typeof WatchRow>>(
  'Watch',
  WatchRow,
  ([signal, value, at]) => ({ signal, value, at }),
  ({ signal, value, at }) => [signal, value, at],
);
