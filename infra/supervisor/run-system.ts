import { rm } from 'node:fs/promises';
import { type ChildProgram } from './child-program.js';
import { controlPath, serveControl } from './control.js';
import { Supervisor } from './supervisor.js';
import { stateFile, type SystemState } from './system-state.js';

/** What to run on a data folder that this process has claimed. */
export interface SystemPlan {
  readonly dataDir: string;
  readonly prefix: string;
  readonly etcd: SystemState['etcd'];
  /** The members of the embedded etcd: started first and stopped last. */
  readonly etcdPrograms: readonly ChildProgram[];
  readonly roles: readonly ChildProgram[];
  /** Milliseconds for everything to be ready in. */
  readonly startWithinMs: number;
}

export interface SystemEvents {
  readonly onNews: (line: string) => void;
  readonly onReady: (state: SystemState) => void;
}

/** `failed` when it did not come up; what had come up has been stopped again. */
export type SystemEnd = { readonly kind: 'stopped' } | { readonly kind: 'failed'; readonly message: string };

/** Runs a system until it is told to stop, by the signal or by an order to its control socket. */
export const runSystem = async (plan: SystemPlan, events: SystemEvents, signal: AbortSignal): Promise<SystemEnd> => {
  const { dataDir, prefix, etcd } = plan;
  const ordered = new AbortController();
  const stop = AbortSignal.any([signal, ordered.signal]);
  const control = controlPath(dataDir);
  const supervisor = new Supervisor({ dataDir, control, prefix, etcd, onNews: events.onNews });
  const closeControl = await serveControl(control, async (order) => {
    switch ((order as { order?: unknown }).order) {
      case 'status':
        return supervisor.state();
      case 'stop':
        ordered.abort();
        return { stopping: true };
      default:
        throw new Error('unknown order; known are status and stop');
    }
  });
  try {
    const failure = await bringUp(supervisor, plan, stop);
    if (failure === undefined) {
      await supervisor.enter('ready');
      events.onReady(await supervisor.state());
      await aborted(stop);
    }
    return failure === undefined || stop.aborted ? { kind: 'stopped' } : { kind: 'failed', message: failure };
  } finally {
    await supervisor.stop();
    await closeControl();
    await rm(stateFile(dataDir), { force: true });
  }
};

const bringUp = async (
  supervisor: Supervisor,
  { etcdPrograms, roles, startWithinMs }: SystemPlan,
  signal: AbortSignal,
): Promise<string | undefined> => {
  for (const programs of [etcdPrograms, roles]) {
    supervisor.start(programs);
    await supervisor.enter('starting');
    const failure = await supervisor.ready(startWithinMs, signal);
    if (failure !== undefined) return failure;
  }
  return undefined;
};

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
