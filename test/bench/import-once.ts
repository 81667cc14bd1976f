import { startBenchEtcd } from './bench-etcd.js';
import { countBack, importArguments } from './bench-import.js';
import { type Place } from './figure.js';
import { timeProcess, type TimedRun } from './timed-process.js';

/** What the streamer says of an import. */
export interface Summary {
  readonly events: number;
  /** Of the segments that it appended. */
  readonly bytes: number;
}

/** Nothing else of what it says: its own time begins later than the process. */
export const summaryOf = (stdout: string): Summary => {
  const { events, bytes } = JSON.parse(stdout) as Summary;
  return { events, bytes };
};

/** A whole import by a cold process into an empty log, whose events are then counted by reading the log. */
export const importOnce = async (
  place: Place,
  path: string,
  rows: number,
  more: readonly string[] = [],
): Promise<TimedRun & Summary> => {
  const etcd = await startBenchEtcd(place.folder);
  try {
    const run = await timeProcess([...importArguments(path, etcd.endpoint), ...more]);
    await countBack(etcd.endpoint, rows);
    return { ...run, ...summaryOf(run.stdout) };
  } finally {
    await etcd.stop();
  }
};

export const thousands = (rows: number, seconds: number): string => `${(rows / seconds / 1000).toFixed(0)}k rows/s`;
