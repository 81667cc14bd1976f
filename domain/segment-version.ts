import * as t from 'io-ts';

/**
 * What `meta/segment-version` holds: the newest version of the segment format that may stand in the log. It is raised, and
 * never lowered, before the first such segment is written; whoever joins afterwards must read it. Versioned: change with
 * care.
 */
export const SegmentVersionInUse = t.readonly(t.type({ version: t.number }), 'SegmentVersionInUse');
export type SegmentVersionInUse = t.TypeOf<typeof SegmentVersionInUse>;

/** What stands in a log where nothing else has been recorded, and what is read by members that do not say. */
export const firstSegmentVersion = 1;

/** Something that reads the log for as long as it lives, and the newest version that it says it reads. */
export interface SegmentReader {
  readonly segments?: number | undefined;
}

/**
 * What may stand in the log, given what may already (promise L6): no more than the writer writes and each living reader
 * reads. What is in use stays in use: who cannot read it was not there when it was raised.
 */
export const versionFor = (inUse: number, written: number, readers: readonly SegmentReader[]): number =>
  Math.max(inUse, Math.min(written, ...readers.map(({ segments = firstSegmentVersion }) => segments)));

/** Why a program must not follow a log; undefined where it may. */
export const unreadableLog = (inUse: number, { segments = firstSegmentVersion }: SegmentReader): string | undefined =>
  inUse <= segments
    ? undefined
    : `the log may hold segments of version ${String(inUse)}, and this program reads versions up to ` +
      `${String(segments)}: run a newer one`;
