import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../../domain/error-message.js';
import { type ChildListener, type ChildProgram, type RunningChild } from './child-program.js';
import {
  type ChildEnd,
  type ChildEvent,
  type ChildRecord,
  foldChild,
  initialRecord,
  isOver,
  pauseBeforeRestart,
} from './child-record.js';

export interface SupervisedChild {
  readonly record: ChildRecord;
  /** Resolves when it has stopped for good; `graceMs` milliseconds pass before force. */
  readonly stop: (graceMs: number) => Promise<void>;
}

export interface ChildHooks {
  readonly onLine: (record: ChildRecord, line: string) => void;
  /** Called after every event, with the record before and after it. */
  readonly onEvent: (after: ChildRecord, before: ChildRecord, event: ChildEvent) => void;
}

/** Keeps a child running: starts it at once, and again after every crash, until it is over or told to stop. */
export const superviseChild = (program: ChildProgram, hooks: ChildHooks): SupervisedChild => {
  let record = initialRecord(program.role, program.name);
  let running: RunningChild | undefined;
  const stopping = new AbortController();
  let grace = 0;
  const apply = (event: ChildEvent): void => {
    const before = record;
    record = foldChild(record, event);
    hooks.onEvent(record, before, event);
  };
  const listener: ChildListener = {
    onLine: (line) => hooks.onLine(record, line),
    onReady: (addresses) => apply({ type: 'ready', addresses }),
    onProgress: (details) => apply({ type: 'progress', details }),
    onHeard: () => apply({ type: 'heard', at: performance.now() }),
    onFinal: (reasons) => apply({ type: 'final', reasons }),
  };
  const runOnce = async (): Promise<ChildEnd> => {
    try {
      running = await program.start(listener, stopping.signal);
      apply({ type: 'started', pid: running.pid, at: Date.now() });
      if (stopping.signal.aborted) await running.stop(grace);
      return await running.ended;
    } catch (error) {
      return { code: null, reason: messageOf(error) };
    } finally {
      running = undefined;
    }
  };
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      apply({ type: 'starting' });
      apply({ type: 'ended', end: await runOnce(), at: Date.now() });
      if (isOver(record)) return;
      await pause(pauseBeforeRestart(record), undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const finished = run();
  return {
    get record() {
      return record;
    },
    stop: async (graceMs) => {
      apply({ type: 'stopping' });
      grace = graceMs;
      stopping.abort();
      await running?.stop(graceMs);
      await finished;
    },
  };
};
