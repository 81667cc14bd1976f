import { replayedLetters } from '../../domain/dead-letter-outcome.js';
import { type PartialFrom, type ProjectionName, projectionNames } from '../../domain/generation.js';
import { beginning } from '../../domain/revision.js';
import { type SourceCheckpoint } from '../../domain/source-checkpoint.js';
import { type GenerationProgress, type SystemSnapshot } from '../../domain/system-snapshot.js';
import { type TrimHorizon, type TrimHorizons, trimmedInAll } from '../../domain/trim-horizon.js';
import { type PassedBy } from '../log/quarantine-segment.js';
import { type AuditReport, type SourceInLog } from './audit.js';
import { type CensusCounts } from './census.js';
import { type Extent, type LogCourse, type RunEndsIn } from './log-course.js';
import { haveRangesEnded, rangeFaults } from './range-faults.js';

/** What `telemetry verify --json` prints. */
export interface Verdict extends CensusCounts {
  readonly ok: boolean;
  /** Only there when retention has deleted the old end of the log: then the rest is compared, from the horizons on. */
  readonly partial?: true;
  /** Rows that became events or dead letters, by the sources' checkpoints. */
  readonly rows: number;
  /** Events counted by reading the log, and those that were counted when they were deleted. */
  readonly events: number;
  /**
   * Dead letters counted by listing them, less those that became events when they were read again: a row is one or the
   * other. Discarded ones stay dead letters.
   */
  readonly dead_letters: number;
  /** Dead letters that became events, whose events count as such; and those that an operator has discarded. */
  readonly replayed: number;
  readonly discarded: number;
  /** Segments that cannot be read and are passed by, and how many events the sources count that stood in them. */
  readonly quarantined: readonly PassedBy[];
  readonly lost_events: number;
  /** Events that each active generation has folded since its beginning; those of the open run of history count. */
  readonly folded: Readonly<Record<ProjectionName, number>>;
  /** Everything that does not add up; empty when `ok`. */
  readonly faults: readonly string[];
}

const plural = (count: number, what: string): string => `${String(count)} ${what}${count === 1 ? '' : 's'}`;

const sourceFaults = (
  source: SourceCheckpoint,
  inLog: SourceInLog | undefined,
  deadLetters: number,
  incomplete: boolean,
): readonly string[] => {
  const held = inLog?.events ?? 0;
  // Which source's events were deleted or stood in a damaged segment is not counted: all of them together are.
  const events = incomplete && held < source.events ? source.events : held;
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

/** Holds each outcome against the letter and the log: a replayed letter's segment names a source of its own. */
const letterFaults = (
  { settledLetters, deadLetters }: SystemSnapshot,
  audit: AuditReport,
  incomplete: boolean,
): readonly string[] =>
  settledLetters.flatMap(({ source, offset, outcome }) => {
    const name = `dead letter ${source}/${String(offset)}`;
    if (!deadLetters.has(source)) return [`${name} is settled and not there`];
    if (outcome.kind === 'discarded') return [];
    const events = audit.sources.get(outcome.source)?.events ?? 0;
    // Of a log that was trimmed or is damaged the sum of all tells.
    if (events === outcome.events || (incomplete && events < outcome.events)) return [];
    return [
      `${name} became ${plural(outcome.events, 'event')} when it was read again, the log holds ${String(events)}`,
    ];
  });

const bookFaults = (snapshot: SystemSnapshot, audit: AuditReport, quarantined: number): readonly string[] => {
  const incomplete = snapshot.trimmed.size > 0 || quarantined > 0;
  const replays = snapshot.settledLetters.flatMap(({ outcome }) =>
    outcome.kind === 'replayed' ? [outcome.source] : [],
  );
  const known = new Set([...snapshot.sources.map(({ source }) => source), ...replays]);
  const strangers = [...audit.sources.keys(), ...snapshot.deadLetters.keys()].filter((source) => !known.has(source));
  return [
    ...snapshot.sources.flatMap((source) =>
      sourceFaults(source, audit.sources.get(source.source), snapshot.deadLetters.get(source.source) ?? 0, incomplete),
    ),
    ...letterFaults(snapshot, audit, incomplete),
    ...[...new Set(strangers)].map((source) => `source ${source} has no checkpoint`),
    ...rangeFaults(snapshot),
    ...sumFaults(snapshot, audit, quarantined),
  ];
};

/** How many events the sources have appended, and letters became, that neither the log holds nor retention deleted. */
const missingEvents = ({ sources, settledLetters, trimmed }: SystemSnapshot, audit: AuditReport): number => {
  const later = settledLetters.reduce(
    (sum, { outcome }) => sum + (outcome.kind === 'replayed' ? outcome.events : 0),
    0,
  );
  const appended = sources.reduce((sum, { events }) => sum + events, later);
  return appended - audit.events - trimmedInAll(trimmed).events;
};

/** Of what was deleted or is damaged only sums are left: they must make up what the sources have appended. */
const sumFaults = (snapshot: SystemSnapshot, audit: AuditReport, quarantined: number): readonly string[] => {
  const missing = missingEvents(snapshot, audit);
  const gone = trimmedInAll(snapshot.trimmed).events;
  if ((snapshot.trimmed.size === 0 && quarantined === 0) || missing === 0) return [];
  if (missing > 0 && quarantined > 0) return [];
  return [
    `the sources' checkpoints count ${plural(missing + audit.events + gone, 'event')}, the log holds ` +
      `${String(audit.events)} and ${String(gone)} were deleted by retention`,
  ];
};

/** What a generation has folded, and where that differs from what the log holds up to its checkpoints. */
const foldedBy = (
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
          `${String(held.events)} of ${String(held.segments)}`,
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
const expectedOf = (name: ProjectionName, events: number, { generations }: SystemSnapshot): number | undefined => {
  const from = generations.find(({ active, record }) => active && record.projection === name)?.record.from ?? [];
  const before = from.map((one) => one.events);
  return before.reduce<number | undefined>(
    (left, skipped) => (left === undefined || skipped === undefined ? undefined : left - skipped),
    events,
  );
};

const hasFoldedAll = (name: ProjectionName, folded: number, events: number, snapshot: SystemSnapshot): boolean =>
  folded === (expectedOf(name, events, snapshot) ?? folded);

/** Holds the books of the system against its log. */
export const judge = (
  snapshot: SystemSnapshot,
  audit: AuditReport,
  census: CensusCounts,
  course: LogCourse,
  runEndsIn: RunEndsIn,
  quarantined: readonly PassedBy[] = [],
): Verdict => {
  const active = snapshot.generations.filter((generation) => generation.active);
  const folds = active.map((generation) => ({
    ...foldedBy(generation, snapshot.trimmed, course, runEndsIn),
    ...generation.record,
  }));
  const foldedOf = (name: ProjectionName) => folds.find(({ projection }) => projection === name)?.events ?? 0;
  const events = audit.events + trimmedInAll(snapshot.trimmed).events;
  const late = projectionNames
    .filter((name) => !hasFoldedAll(name, foldedOf(name), events, snapshot))
    .map((name) => {
      const expected = plural(expectedOf(name, events, snapshot) ?? events, 'event');
      return `projection ${name} has folded ${String(foldedOf(name))} of ${expected}`;
    });
  const replayed = replayedLetters(snapshot.settledLetters);
  const discarded = snapshot.settledLetters.length - replayed;
  const faults = [
    ...audit.faults,
    ...bookFaults(snapshot, audit, quarantined.length),
    ...folds.flatMap((fold) => fold.faults),
    ...late,
  ];
  return {
    ok: faults.length === 0,
    ...(snapshot.trimmed.size > 0 && { partial: true as const }),
    rows: snapshot.sources.reduce((sum, { rows }) => sum + rows, 0),
    events,
    dead_letters: [...snapshot.deadLetters.values()].reduce((sum, count) => sum + count, 0) - replayed,
    ...{ replayed, discarded, quarantined },
    lost_events: quarantined.length === 0 ? 0 : missingEvents(snapshot, audit),
    folded: Object.fromEntries(projectionNames.map((name) => [name, foldedOf(name)])) as Verdict['folded'],
    ...census,
    faults,
  };
};

/** True when the sources that end have ended and every event is folded: a later look would show the same. */
export const isSettled = (snapshot: SystemSnapshot, verdict: Verdict): boolean =>
  snapshot.sources.length > 0 &&
  snapshot.sources.every(({ state }) => state === 'ended') &&
  haveRangesEnded(snapshot) &&
  projectionNames.every((name) => hasFoldedAll(name, verdict.folded[name], verdict.events, snapshot));
