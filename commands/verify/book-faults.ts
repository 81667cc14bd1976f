import { counted, plural } from '../../domain/quantities.js';
import { type SourceCheckpoint } from '../../domain/source-checkpoint.js';
import { type SystemSnapshot } from '../../domain/system-snapshot.js';
import { trimmedInAll } from '../../domain/trim-horizon.js';
import { type AuditReport, type SourceInLog } from './audit.js';
import { rangeFaults } from './range-faults.js';

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
    faults.push(`${name}: its checkpoint counts ${plural(source.events, 'event')}, the log holds ${counted(events)}`);
  }
  if (deadLetters !== source.dead_letters) {
    faults.push(
      `${name}: its checkpoint counts ${plural(source.dead_letters, 'dead letter')}, ${counted(deadLetters)} are there`,
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
      `${name} became ${plural(outcome.events, 'event')} when it was read again, the log holds ${counted(events)}`,
    ];
  });

/**
 * What of the books of sources and letters the log does not bear out.
 *
 * @param quarantined segments that are passed by: what stood in them is not known
 */
export const bookFaults = (snapshot: SystemSnapshot, audit: AuditReport, quarantined: number): readonly string[] => {
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
export const missingEvents = ({ sources, settledLetters, trimmed }: SystemSnapshot, audit: AuditReport): number => {
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
      `${counted(audit.events)} and ${counted(gone)} were deleted by retention`,
  ];
};
