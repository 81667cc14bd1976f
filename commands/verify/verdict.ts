import { replayedLetters } from '../../domain/dead-letter-outcome.js';
import { type ProjectionName, projectionNames } from '../../domain/generation.js';
import { counted, plural } from '../../domain/quantities.js';
import { type SystemSnapshot } from '../../domain/system-snapshot.js';
import { trimmedInAll } from '../../domain/trim-horizon.js';
import { type PassedBy } from '../log/quarantine-segment.js';
import { type AuditReport } from './audit.js';
import { bookFaults, missingEvents } from './book-faults.js';
import { type CensusCounts } from './census.js';
import { expectedOf, foldedBy, hasFoldedAll } from './folded-events.js';
import { type LogCourse, type RunEndsIn } from './log-course.js';
import { haveRangesEnded } from './range-faults.js';

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
      return `projection ${name} has folded ${counted(foldedOf(name))} of ${expected}`;
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
