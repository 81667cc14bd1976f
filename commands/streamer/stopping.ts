import { abortedLater } from '../../domain/aborted-later.js';
import { onAbort } from '../../domain/on-abort.js';
import { type Stops } from './turn.js';

/** Time to settle what is in flight when told to stop; everything has to stop within five seconds. */
const graceMs = 3_000;

/** How a streamer stops that is told to by a signal. */
export const stopsFor = (signal: AbortSignal): Stops => ({ stop: signal, abandon: abortedLater(signal, graceMs) });

/** As before, and at once for some of the reasons for which what is done beside has failed. */
export const alsoStoppedBy = (stops: Stops, failed: AbortSignal, isReason: (reason: unknown) => boolean): Stops => {
  const over = new AbortController();
  onAbort(failed, () => {
    if (isReason(failed.reason)) over.abort(failed.reason);
  });
  const until = (signal: AbortSignal): AbortSignal => AbortSignal.any([signal, over.signal]);
  return { stop: until(stops.stop), abandon: until(stops.abandon) };
};
