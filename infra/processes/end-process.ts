import { setTimeout as sleep } from 'node:timers/promises';
import { areThreadsRunning, endThreads } from '../threads/thread.js';

/** What Node calls work that is done in a thread of the system's, and is not taken back: files, and names of hosts. */
const heldBy = ['FSReq', 'GetAddrInfo', 'GetNameInfo'];
const isHeld = (): boolean =>
  areThreadsRunning() || process.getActiveResourcesInfo().some((name) => heldBy.some((one) => name.startsWith(one)));

/** Milliseconds for what is about to be done, and between two looks. */
const [patienceMs, lookMs] = [500, 10];

/**
 * Ends this process, whatever it waits for. Node ends none before all that it has asked the system for has come, and what
 * a disk that does not answer was asked for may never: such a process is killed, and has no exit code.
 */
export const endProcess = async (code: number): Promise<void> => {
  endThreads();
  for (let waited = 0; isHeld() && waited < patienceMs; waited += lookMs) await sleep(lookMs);
  if (isHeld()) process.kill(process.pid, 'SIGKILL');
  process.exit(code);
};
