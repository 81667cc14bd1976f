import { basename } from 'node:path';
import { isRight } from 'fp-ts/lib/Either.js';
import { StoppedPartition } from '../../domain/collector-announcement.js';
import { counted, lasting, mebibytes, plural, runsOf } from '../../domain/quantities.js';
import { tableLines } from '../cli/table.js';
import { describeReasons } from './child-record.js';
import { describeGivenUp } from './given-up.js';
import { type ProcessReport } from './process-report.js';

const numbersAt = (report: ProcessReport, key: string): readonly number[] | undefined => {
  const value = report[key];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'number') : undefined;
};
const textsAt = (report: ProcessReport, key: string): readonly string[] => {
  const value = report[key];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
};

/** Where it listens, which partitions or which lane it has, which sources it reads. */
const ownedBy = (report: ProcessReport): string => {
  const partitions = numbersAt(report, 'partitions');
  const lane = report['lane'];
  return [
    ...textsAt(report, 'addresses'),
    ...(partitions === undefined
      ? []
      : [partitions.length === 0 ? 'no partition' : `partitions ${runsOf(partitions)}`]),
    ...(typeof lane === 'number' ? [`lane ${String(lane)}`] : []),
    ...shortened(textsAt(report, 'sources')),
  ].join(' ');
};

const mostSources = 2;

/** The names of the first few files. */
const shortened = (paths: readonly string[]): readonly string[] => [
  ...paths.slice(0, mostSources).map((path) => basename(path)),
  ...(paths.length > mostSources ? [`and ${String(paths.length - mostSources)} more`] : []),
];

const lagTexts: Readonly<Record<string, (lag: number) => string>> = {
  lag_bytes: mebibytes,
  lag_segments: (lag) => plural(lag, 'segment'),
  lag_revisions: (lag) => plural(lag, 'revision'),
};

const lagOf = (report: ProcessReport): string =>
  Object.entries(lagTexts)
    .flatMap(([key, text]) => (typeof report[key] === 'number' ? [text(report[key])] : []))
    .join(', ');

/** Every figure that is called `…_per_second`. */
const ratesOf = (report: ProcessReport): string =>
  Object.entries(report)
    .flatMap(([key, value]) => {
      const what = /^(\w+)_per_second$/.exec(key)?.[1];
      return what !== undefined && typeof value === 'number'
        ? [`${counted(value)} ${what.replaceAll('_', ' ')}/s`]
        : [];
    })
    .join(', ');

/** What it has done since it started. */
const doneBy = (report: ProcessReport): string => {
  for (const [key, unit] of Object.entries({ rows: 'row', events: 'event', requests: 'request' })) {
    const count = report[key];
    if (typeof count === 'number') return plural(count, unit);
  }
  return '';
};

const heading = ['NAME', 'STATE', 'PID', 'UP', 'RESTARTS', 'HAS', 'DONE', 'BEHIND', 'RATE'];

const rowOf = (report: ProcessReport): readonly string[] => {
  const { name, state, pid, uptime_seconds: uptime, restarts } = report;
  const runs = pid !== null;
  return [
    ...[name, state, runs ? String(pid) : '', runs ? lasting(uptime) : '', String(restarts)],
    ...[runs ? ownedBy(report) : '', doneBy(report), runs ? lagOf(report) : '', runs ? ratesOf(report) : ''],
  ];
};

const stopText = (stop: unknown): string => {
  const decoded = StoppedPartition.decode(stop);
  if (!isRight(decoded)) return JSON.stringify(stop);
  const { projection, partition, key, reason } = decoded.right;
  return `partition ${String(partition)} of ${projection} at ${key}: ${reason}`;
};

/** What a process waits for or cannot go on with, below the table. */
const troubles = (report: ProcessReport): readonly string[] => {
  const { name, pid, waiting, stopped, silent_seconds: silent } = report;
  const reasons = textsAt(report, 'reasons');
  return [
    ...(typeof silent === 'number'
      ? [`${name} has been silent for ${lasting(silent)}: it is stopped or hangs, and what is shown of it is as old`]
      : []),
    ...(pid !== null && typeof waiting === 'string' ? [`${name} waits: ${waiting}`] : []),
    ...(reasons.length > 0
      ? [`${name} is not started again: ${describeReasons(reasons)}`]
      : describeGivenUp(name, report)),
    ...(Array.isArray(stopped) ? stopped.map((one) => `${name} has stopped ${stopText(one)}`) : []),
  ];
};

/** A table of processes for people, and below it what any of them waits for. */
export const describeProcesses = (reports: readonly ProcessReport[]): readonly string[] =>
  reports.length === 0 ? [] : [...tableLines([heading, ...reports.map(rowOf)]), ...reports.flatMap(troubles)];
