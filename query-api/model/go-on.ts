import { type LogReader } from '../../domain/log-entry.js';
import { next } from '../../domain/revision.js';
import { type Stopped } from './log-tail.js';
import { type Model } from './model.js';
import { waitUntil } from './turns.js';

/** Told when something behind a stop is served that was not while later parts of the log were. */
export type CameBehind = (stop: Stopped) => void;

/**
 * Lets partitions that have stopped at a damaged segment go on when it is passed by (promise L6): what lies behind it is
 * listed up to where the log has been followed by then. Until the signal aborts.
 *
 * @throws whatever makes it impossible to read the log
 */
export const letStoppedGoOn = async (
  model: Model,
  log: LogReader,
  cameBehind: CameBehind,
  signal: AbortSignal,
): Promise<void> => {
  // Before the log is followed there is no telling how far a partition has to come.
  await waitUntil(model.turns, () => model.synced, Infinity, signal);
  const waiting = new Map<string, Promise<void>>();
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const isNew = ({ key }: Stopped): boolean => !waiting.has(key);
  for (;;) {
    await waitUntil(model.turns, () => model.stopped.some(isNew), Infinity, either);
    if (either.aborted) break;
    for (const stop of model.stopped.filter(isNew)) {
      const going = goOn(model, log, stop, cameBehind, either).finally(() => waiting.delete(stop.key));
      waiting.set(stop.key, going);
      going.catch((error: unknown) => failed.abort(error));
    }
  }
  await Promise.allSettled(waiting.values());
  if (failed.signal.aborted) throw failed.signal.reason;
};

const goOn = async (
  model: Model,
  log: LogReader,
  stop: Stopped,
  cameBehind: CameBehind,
  signal: AbortSignal,
): Promise<void> => {
  const { partition } = stop;
  // A stop at an earlier segment, found since, takes its place; this one is come to again behind that.
  const isOver = (): boolean => signal.aborted || model.tail.stopOf(partition)?.key !== stop.key;
  await log.passedBy(stop, signal);
  const scope = { kind: 'partition', partition } as const;
  for (let from = stop.revision; !isOver();) {
    const to = model.followed;
    if (from <= to) {
      for await (const batch of log.list(scope, from, to, signal)) {
        if (isOver()) return;
        if (!model.applyBehindStop(batch)) return cameBehind(stop);
      }
      from = next(to);
    }
    if (isOver()) return;
    // Nothing is awaited between this look and going on: what is followed from now on is appended as it comes.
    if (to === model.followed) {
      model.goesOn(partition);
      return cameBehind(stop);
    }
  }
};
