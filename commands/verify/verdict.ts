import { type ProjectionName, projectionNames } from '../../domain/generation.js';
import { beginning } from '../../domain/revision.js';
import { type SourceCheckpoint } from '../../domain/source-checkpoint.js';
import { type GenerationProgress, type SystemSnapshot } from '../../domain/system-snapshot.js';
import { type AuditReport, type SourceInLog } from './audit.js';
import { type CensusCounts } from './census.js';
import { type LogCourse, type RunEnds } from './log-course.js';
import { haveRangesEnded, rangeFaults } from './range-faults.js';

/** What `telemetry verify --json` prints. */
export interface Verdict extends CensusCounts {
  readonly ok: boolean;
  /** Rows that became events or dead letters, by the sources' checkpoints. */
  readonly rows: number;
  /** Events counted by reading the log. */
  readonly events: number;
  /** Dead letters counted by listing them. */
  readonly dead_letters: number;
  /** Events that each active generation has folded; those of the open run of history count. */
  readonly folded: Readonly<Record<ProjectionName, number>>;
  /** Everything that does not add up; empty when `ok`. */
  readonly faults: readonly string[];
}

const plural = (count: number, what: string): string => `${String(count)} ${what}${count === 1 ? '' : 's'}`;

const sourceFaults = (
  source: SourceCheckpoint,
  inLog: SourceInLog | undefined,
  deadLetters: number,
): readonly string[] => {
  const events = inLog?.events ?? 0;
  const name = `source ${source.source} (${source.path})`;
  const faults: string[] = [];
  if (events !== source.events) {
    faults.push(`${name}: its checkpoint counts ${plural(source.events, 'event')}, the log holds ${String(events)}`);
  }
  if (deadLetters !== source.dead_letters) {
    faults.push(
      `${name}: its checkpoint counts ${plural(source.dead_letters, 'dead letter')}, ${String(deadLetters)} are there`,
    );
  }
  if (inLog?.oneEventPerRow === true && source.rows !== events + deadLetters) {
    faults.push(
      `${name}: ${plural(source.rows, 'row')} became ${plural(events, 'event')} and ${plural(deadLetters, 'dead letter')}`,
    );
  }
  return faults;
};

const bookFaults = (snapshot: SystemSnapshot, audit: AuditReport): readonly string[] => {
  const known = new Set(snapshot.sources.map(({ source }) => source));
  const strangers = [...audit.sources.keys(), ...snapshot.deadLetters.keys()].filter((source) => !known.has(source));
  return [
    ...snapshot.sources.flatMap((source) =>
      sourceFaults(source, audit.sources.get(source.source), snapshot.deadLetters.get(source.source) ?? 0),
    ),
    ...[...new Set(strangers)].map((source) => `source ${source} has no checkpoint`),
    ...rangeFaults(snapshot),
  ];
};

/** What a generation has folded, and where that differs from what the log holds up to its checkpoints. */
const foldedBy = (
  { record, checkpoints }: GenerationProgress,
  course: LogCourse,
  runEnds: RunEnds,
): { readonly events: number; readonly faults: readonly string[] } => {
  const faults: string[] = [];
  let folded = 0;
  for (const partition of new Set([...course.partitions, ...checkpoints.keys()])) {
    const checkpoint = checkpoints.get(partition);
    const next = checkpoint?.next ?? beginning;
    const held = course.before(partition, next);
    const [events, segments] = [checkpoint?.events ?? 0, checkpoint?.segments ?? 0];
    if (!record.partial && (events !== held.events || segments !== held.segments)) {
      faults.push(
        `projection ${record.projection}, partition ${String(partition)}: folded ${plural(events, 'event')} of ` +
          `${plural(segments, 'segment')} up to revision ${String(next)}, where the log holds ` +
          `${String(held.events)} of ${String(held.segments)}`,
      );
    }
    folded += events;
    if (record.projection === 'history') folded += course.openRun(partition, next, runEnds).events;
  }
  return { events: folded, faults };
};

/** Holds the books of the system against its log. */
export const judge = (
  snapshot: SystemSnapshot,
  audit: AuditReport,
  census: CensusCounts,
  course: LogCourse,
  runEnds: RunEnds,
): Verdict => {
  const active = snapshot.generations.filter((generation) => generation.active);
  const folds = active.map((generation) => ({ ...foldedBy(generation, course, runEnds), ...generation.record }));
  const foldedOf = (name: ProjectionName) => folds.find(({ projection }) => projection === name)?.events ?? 0;
  const behind = projectionNames
    .filter((name) => foldedOf(name) !== audit.events)
    .map((name) => `projection ${name} has folded ${String(foldedOf(name))} of ${plural(audit.events, 'event')}`);
  const faults = [...audit.faults, ...bookFaults(snapshot, audit), ...folds.flatMap((fold) => fold.faults), ...behind];
  return {
    ok: faults.length === 0,
    rows: snapshot.sources.reduce((sum, { rows }) => sum + rows, 0),
    events: audit.events,
    dead_letters: [...snapshot.deadLetters.values()].reduce((sum, count) => sum + count, 0),
    folded: {
      gpu: foldedOf('gpu'),
      host: foldedOf('host'),
      cluster: foldedOf('cluster'),
      history: foldedOf('history'),
    },
    ...census,
    faults,
  };
};

/** True when the sources that end have ended and every event is folded: a later look would show the same. */
export const isSettled = (snapshot: SystemSnapshot, verdict: Verdict): boolean =>
  snapshot.sources.length > 0 &&
  snapshot.sources.every(({ state }) => state === 'ended') &&
  haveRangesEnded(snapshot) &&
  projectionNames.every((name) => verdict.folded[name] === verdict.events);
