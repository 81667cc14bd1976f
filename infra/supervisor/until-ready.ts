import { withTimeLimit } from '../../domain/time-limit.js';
import { failureOf } from './child-news.js';
import { type ChildRecord, waitsForCollector } from './child-record.js';
import { type Crew } from './crew.js';

/**
 * Milliseconds for everything to be ready in, etcd and the roles each. What fails says so at once, and so does what
 * crashes again and again; this ends only what hangs. A gateway of a busy machine reads a long log for half a minute.
 */
export const startWithinMs = 180_000;

/** Which children are waited for; all of them unless said otherwise. */
export type Awaited = (record: ChildRecord) => boolean;

/**
 * Waits until every awaited child was ready or has ended its work, or has failed without harm to the others. A gateway
 * that waits for a collector is not waited for where none runs. Answers with undefined, or with a sentence when one
 * failed, when one crashed again and again, when `withinMs` milliseconds were not enough, or when `signal` aborts.
 */
export const untilReady = (
  crew: Crew,
  withinMs: number,
  signal: AbortSignal,
  awaited: Awaited = () => true,
): Promise<string | undefined> =>
  withTimeLimit(signal, withinMs, (limit) => readyWithin(crew, withinMs, signal, limit, awaited));

const readyWithin = async (
  crew: Crew,
  withinMs: number,
  signal: AbortSignal,
  limit: AbortSignal,
  awaited: Awaited,
): Promise<string | undefined> => {
  for (;;) {
    const records = crew.records.filter(awaited);
    const failure = records.map(failureOf).find((sentence) => sentence !== undefined);
    if (failure !== undefined) return failure;
    const waiting = records.filter(
      (record) => !['running', 'ended', 'failed'].includes(record.state) && !waitsForCollector(record, crew.records),
    );
    if (waiting.length === 0) return undefined;
    if (signal.aborted) return 'stopped while starting';
    const states = waiting.map(({ name, state }) => `${name} is ${state}`).join(', ');
    if (limit.aborted) return `not ready within ${String(withinMs / 1000)} s: ${states}`;
    await crew.changed(limit).catch(() => undefined);
  }
};
