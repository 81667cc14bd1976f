import { setTimeout as pause } from 'node:timers/promises';
import { isRunning, type ProcessIdentity } from '../processes/process-identity.js';
import { sendSignal } from '../processes/stop-process.js';
import { sendOrder } from './control.js';
import { runningSupervisor } from './data-folder-claim.js';
import { forgetSystem } from './forget-system.js';
import { endOrphans, findOrphans } from './orphans.js';
import { readSystemState } from './system-state.js';

/** `stopped` says how many processes beside the supervisor were left over and ended. */
export type StopOutcome = { readonly kind: 'stopped' } | { readonly kind: 'nothing-ran'; readonly orphans: number };

const isGoneWithin = async (identity: ProcessIdentity, withinMs: number): Promise<boolean> => {
  const deadline = performance.now() + withinMs;
  while (await isRunning(identity)) {
    if (performance.now() > deadline) return false;
    await pause(50);
  }
  return true;
};

/**
 * Stops the system on a data folder: by an order to its supervisor, by SIGTERM when it does not answer, by SIGKILL when
 * it does not end within 10 s; then ends whatever it left behind and forgets it, so that the next system begins as one that
 * was stopped, with as many copies as it is asked for.
 */
export const stopSystem = async (dataDir: string): Promise<StopOutcome> => {
  const recorded = await readSystemState(dataDir);
  const supervisor = await runningSupervisor(dataDir);
  if (supervisor !== undefined) {
    const answer = recorded && (await sendOrder(recorded.control, { order: 'stop' }));
    if (answer === undefined) sendSignal(supervisor.pid, 'SIGTERM');
    if (!(await isGoneWithin(supervisor, 10_000))) sendSignal(supervisor.pid, 'SIGKILL');
  }
  const orphans = recorded === undefined ? [] : await findOrphans(recorded);
  await endOrphans(orphans);
  await forgetSystem(dataDir);
  return supervisor === undefined ? { kind: 'nothing-ran', orphans: orphans.length } : { kind: 'stopped' };
};
