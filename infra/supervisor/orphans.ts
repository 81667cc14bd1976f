import { setTimeout as pause } from 'node:timers/promises';
import { isRunning, type ProcessIdentity } from '../processes/process-identity.js';
import { sendSignal } from '../processes/stop-process.js';
import { type SystemState } from './system-state.js';

/** What a supervisor that was killed left running. */
export interface Orphan {
  readonly name: string;
  readonly identity: ProcessIdentity;
}

/** The recorded processes that still run; a pid that now belongs to another program is not among them. */
export const findOrphans = async (state: SystemState): Promise<readonly Orphan[]> => {
  const orphans: Orphan[] = [];
  for (const { name, identity } of state.processes) {
    if (identity !== undefined && (await isRunning(identity))) orphans.push({ name, identity });
  }
  return orphans;
};

const allGone = async (orphans: readonly Orphan[], withinMs: number): Promise<boolean> => {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const alive = await Promise.all(orphans.map(({ identity }) => isRunning(identity)));
    if (!alive.includes(true)) return true;
    if (performance.now() > deadline) return false;
    await pause(50);
  }
};

const signalAll = async (orphans: readonly Orphan[], signal: NodeJS.Signals): Promise<void> => {
  for (const { identity } of orphans) if (await isRunning(identity)) sendSignal(identity.pid, signal);
};

/** Milliseconds that orphans, whose channel to their supervisor has closed, have to end by themselves. */
const patienceMs = 3_000;

/** Ends orphans: those that do not end by themselves are asked to, then forced. Throws when one survives even that. */
export const endOrphans = async (orphans: readonly Orphan[]): Promise<void> => {
  if (await allGone(orphans, patienceMs)) return;
  await signalAll(orphans, 'SIGTERM');
  await signalAll(orphans, 'SIGCONT');
  if (await allGone(orphans, patienceMs)) return;
  await signalAll(orphans, 'SIGKILL');
  if (await allGone(orphans, patienceMs)) return;
  const names = orphans.map(({ name, identity }) => `${name} (process ${String(identity.pid)})`).join(', ');
  throw new Error(`Left from an earlier run and impossible to end: some of ${names}.`);
};
