import { rm } from 'node:fs/promises';
import { whenAborted } from '../cli/when-aborted.js';
import { type ChildProgram } from './child-program.js';
import { controlPath, serveControl } from './control.js';
import { decodeOrder } from './orders.js';
import { type Recruit } from './scale-crew.js';
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
  /** Makes further copies of the roles when it is told to. */
  readonly recruit: Recruit;
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
  stop.addEventListener('abort', () => events.onNews('Stopping: streamers, collectors, gateways, etcd.'), {
    once: true,
  });
  const came = settled();
  const closeControl = await serveControl(control, async (received) => {
    const order = decodeOrder(received);
    switch (order.order) {
      case 'status':
        return supervisor.state();
      case 'stop':
        ordered.abort();
        return { stopping: true };
      case 'scale':
        await came.promise;
        return supervisor.scale(plan.recruit, order.copies, plan.startWithinMs, stop);
    }
  });
  try {
    const failure = await bringUp(supervisor, plan, stop);
    if (failure === undefined) {
      await supervisor.enter('ready');
      came.settle();
      events.onReady(await supervisor.state());
      await whenAborted(stop);
    }
    return failure === undefined || stop.aborted ? { kind: 'stopped' } : { kind: 'failed', message: failure };
  } finally {
    came.settle();
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

/** A promise and what fulfils it. */
const settled = (): { readonly promise: Promise<void>; readonly settle: () => void } => {
  let settle = (): void => undefined;
  const promise = new Promise<void>((resolve) => {
    settle = resolve;
  });
  return { promise, settle };
};
