import * as t from 'io-ts';
import { ArchiveHeld, reachesBack } from './archive-held.js';
import { archiveNeeded, type GenerationRecord, ProjectionName } from './generation.js';
import { Instant } from './instant.js';
import { Partition } from './ids.js';
import { ofKnownProjections } from './known-projections.js';

/** A partition of a projection that cannot go on, and why (promise L6). */
export const StoppedPartition = t.readonly(
  t.intersection([
    t.type({ projection: ProjectionName, partition: Partition, key: t.string, reason: t.string }),
    t.partial({
      generation: t.number,
      /** True where the fold is at fault and not the log: whoever folds the same will stop at the same place. */
      broken: t.boolean,
    }),
  ]),
  'StoppedPartition',
);
export type StoppedPartition = t.TypeOf<typeof StoppedPartition>;

/**
 * What a collector says of itself in `members/collector/{id}`: which folds it has, by version, so that the others know
 * what it can own, and how it is doing, for people. Versioned: change with care.
 */
export const CollectorAnnouncement = t.readonly(
  t.intersection([
    t.type({
      id: t.string,
      /** The name that the supervisor gave it, or that it gave itself. */
      name: t.string,
      pid: t.number,
      started_at: Instant,
      folds: ofKnownProjections(t.readonly(t.type({ projection: ProjectionName, version: t.number }))),
      /** Partitions that it owns in any generation. */
      partitions: t.readonlyArray(Partition),
      /** Events folded and commits made since it started; events a second over the last seconds. */
      events: t.number,
      commits: t.number,
      events_per_second: t.number,
      /** Segments read but not yet committed. */
      waiting_segments: t.number,
      /** Commits found applied when they were repeated, and commits refused because the part was no longer its own. */
      settled_commits: t.number,
      refused_commits: t.number,
      /** What it waits for; null while it works. */
      waiting: t.union([t.null, t.string]),
      stopped: ofKnownProjections(StoppedPartition),
    }),
    t.partial({
      /** In how many partitions it loads or catches up with what queries answer from: what others build anew gives way. */
      behind: t.number,
      /** What the archive holds that it can build from. */
      archive: ArchiveHeld,
      /** The newest version of segments that it reads; what it does not say is 1. */
      segments: t.number,
      /** How fast it folds each generation, of those that it folds now. */
      rates: ofKnownProjections(
        t.readonly(t.type({ projection: ProjectionName, generation: t.number, events_per_second: t.number })),
      ),
    }),
  ]),
  'CollectorAnnouncement',
);
export type CollectorAnnouncement = t.TypeOf<typeof CollectorAnnouncement>;

/** True when the member has the fold, in the version, that builds the generation, and the archive that it is built from. */
export const canFold = (
  { folds, archive }: Pick<CollectorAnnouncement, 'folds' | 'archive'>,
  record: GenerationRecord,
): boolean => {
  const needed = archiveNeeded(record);
  return (
    folds.some((fold) => fold.projection === record.projection && fold.version === record.version) &&
    (needed === undefined || reachesBack(archive, needed))
  );
};
