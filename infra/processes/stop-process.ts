import { setTimeout as pause } from 'node:timers/promises';

/** A child whose end is known to its parent, so that its pid is not used any more afterwards. */
export interface EndingProcess {
  readonly pid: number;
  readonly ended: Promise<unknown>;
}

/** Sends a signal unless the process is gone; says whether it was there. */
export const sendSignal = (pid: number, signal: NodeJS.Signals): boolean => {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
};

/** Signals a child and waits for its end, with SIGKILL after `graceMs` milliseconds; at once when it has ended. */
export const stopProcess = async (child: EndingProcess, signal: NodeJS.Signals, graceMs: number): Promise<void> => {
  const gone = child.ended.then(() => 'gone' as const);
  if ((await Promise.race([gone, Promise.resolve('there')])) === 'gone') return;
  sendSignal(child.pid, signal);
  // A stopped process takes no other signal than SIGKILL before it goes on.
  sendSignal(child.pid, 'SIGCONT');
  const timer = new AbortController();
  const late = pause(graceMs, 'late' as const, { signal: timer.signal }).catch(() => 'late' as const);
  if ((await Promise.race([gone, late])) === 'late') sendSignal(child.pid, 'SIGKILL');
  timer.abort();
  await gone;
};
