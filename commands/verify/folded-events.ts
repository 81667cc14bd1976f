import { type PartialFrom, type ProjectionName } from '../../domain/generation.js';
import { counted, plural } from '../../domain/quantities.js';
import { beginning } from '../../domain/revision.js';
import { type GenerationProgress, type SystemSnapshot } from '../../domain/system-snapshot.js';
import { type TrimHorizon, type TrimHorizons } from '../../domain/trim-horizon.js';
import { type Extent, type LogCourse, type RunEndsIn } from './log-course.js';

/** What a generation has folded, and where that differs from what the log holds up to its checkpoints. */
export const foldedBy = (
  { record, checkpoints }: GenerationProgress,
  trimmed: TrimHorizons,
  course: LogCourse,
  runEndsIn: RunEndsIn,
): { readonly events: number; readonly faults: readonly string[] } => {
  const faults: string[] = [];
  let folded = 0;
  for (const partition of new Set([...course.partitions, ...checkpoints.keys()])) {
    const checkpoint = checkpoints.get(partition);
    const next = checkpoint?.next ?? beginning;
    const before = record.from?.find((one) => one.partition === partition);
    const held = behind(before, withTrimmed(course.before(partition, next), trimmed.get(partition)));
    const [events, segments] = [checkpoint?.events ?? 0, checkpoint?.segments ?? 0];
    if (held !== undefined && (events !== held.events || segments !== held.segments)) {
      faults.push(
        `projection ${record.projection}, partition ${String(partition)}: folded ${plural(events, 'event')} of ` +
          `${plural(segments, 'segment')} up to revision ${String(next)}, where the log holds ` +
          `${counted(held.events)} of ${counted(held.segments)}`,
      );
    }
    folded += events;
    if (record.projection === 'history') folded += course.openRun(partition, next, runEndsIn(record.version)).events;
  }
  return { events: folded, faults };
};

const withTrimmed = ({ segments, events }: Extent, horizon: TrimHorizon | undefined): Extent => ({
  segments: segments + (horizon?.segments ?? 0),
  events: events + (horizon?.events ?? 0),
});

/** Of these, what lies behind the beginning of a partial generation; undefined where that was not counted. */
const behind = (before: PartialFrom | undefined, { segments, events }: Extent): Extent | undefined => {
  if (before === undefined) return { segments, events };
  return before.events === undefined
    ? undefined
    : { segments: segments - before.segments, events: events - before.events };
};

/** Events that the active generation of a projection is to have folded: a partial one, those behind its beginning. */
export const expectedOf = (
  name: ProjectionName,
  events: number,
  { generations }: SystemSnapshot,
): number | undefined => {
  const from = generations.find(({ active, record }) => active && record.projection === name)?.record.from ?? [];
  const before = from.map((one) => one.events);
  return before.reduce<number | undefined>(
    (left, skipped) => (left === undefined || skipped === undefined ? undefined : left - skipped),
    events,
  );
};

export const hasFoldedAll = (name: ProjectionName, folded: number, events: number, snapshot: SystemSnapshot): boolean =>
  folded === (expectedOf(name, events, snapshot) ?? folded);
