import { readFile } from 'node:fs/promises';
import * as t from 'io-ts';
import { runCommand } from './run-command.js';

/**
 * A process for good: pids are used again, so the time when it started goes with it. The time is compared and never
 * read: clock ticks since boot on Linux, the text of `ps` elsewhere.
 */
export const ProcessIdentity = t.type({ pid: t.number, startTime: t.string });
export type ProcessIdentity = t.TypeOf<typeof ProcessIdentity>;

/**
 * Fields 3 (state) and 22 (start time) of /proc/PID/stat, see proc_pid_stat(5). The name in field 2 may hold anything,
 * so the fields are counted from the last closing bracket.
 */
const fromProc = (stat: string): string | undefined => {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return isOver(fields[0]) ? undefined : fields[19];
};

/** A zombie has ended and only waits for its parent to take note. */
const isOver = (state: string | undefined): boolean => state === undefined || state.startsWith('Z') || state === 'X';

const fromPs = async (pid: number): Promise<string | undefined> => {
  const { stdout } = await runCommand('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { withinMs: 5_000 });
  const [state, ...started] = stdout.trim().split(/\s+/);
  return isOver(state) || started.length === 0 ? undefined : started.join(' ');
};

/** When a running process started; undefined when there is none with this pid. */
export const startTimeOf = async (pid: number): Promise<string | undefined> => {
  if (process.platform !== 'linux') return fromPs(pid);
  return readFile(`/proc/${String(pid)}/stat`, 'utf8').then(fromProc, () => undefined);
};

export const identify = async (pid: number): Promise<ProcessIdentity | undefined> => {
  const startTime = await startTimeOf(pid);
  return startTime === undefined ? undefined : { pid, startTime };
};

/** True while the very process that was identified runs. */
export const isRunning = async ({ pid, startTime }: ProcessIdentity): Promise<boolean> =>
  (await startTimeOf(pid)) === startTime;
