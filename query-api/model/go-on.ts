import { type LogReader } from '../../domain/log-entry.js';
import { next } from '../../domain/revision.js';
import { type Stopped } from './log-tail.js';
import { type Model } from './model.js';
import { waitUntil } from './turns.js';

/**
 * Lets partitions that have stopped at a damaged segment go on when it is passed by (promise L6): what lies behind it is
 * listed up to where the log has been followed by then. Until the signal aborts.
 */
export const letStoppedGoOn = async (model: Model, log: LogReader, signal: AbortSignal): Promise<void> => {
  const waiting = new Map<string, Promise<void>>();
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  while (!either.aborted) {
    await waitUntil(model.turns, () => model.stopped.some(({ key }) => !waiting.has(key)), Infinity, either);
    for (const stop of model.stopped) {
      if (waiting.has(stop.key)) continue;
      const going = goOn(model, log, stop, either).finally(() => waiting.delete(stop.key));
      waiting.set(stop.key, going);
      going.catch(() => failed.abort());
    }
  }
  await Promise.all(waiting.values());
};

const goOn = async (model: Model, log: LogReader, stop: Stopped, signal: AbortSignal): Promise<void> => {
  const { partition } = stop;
  await log.passedBy(stop, signal);
  const scope = { kind: 'partition', partition } as const;
  for (let from = stop.revision; !signal.aborted;) {
    const to = model.followed;
    if (from <= to) {
      for await (const batch of log.list(scope, from, to, signal)) if (!model.applyBehindStop(batch)) return;
      from = next(to);
    }
    // Nothing is awaited between this look and going on: what is followed from now on is appended as it comes.
    if (to === model.followed) return model.goesOn(partition);
  }
};
