import { setTimeout as sleep } from 'node:timers/promises';
import { NoAnswer, StoreRefusal } from '../commands/append/until-answered.js';
import { requestReplays } from '../commands/dead-letters/decide-letters.js';
import { requestReset } from '../commands/projections/request-reset.js';
import { StoreFull, StoreSilent } from '../domain/document-reader.js';
import { instantOfMillis } from '../domain/instant.js';
import { withTimeLimit } from '../domain/time-limit.js';
import { type StoreFailure } from '../domain/store-answer.js';
import { type OpenStore } from '../infra/config/open-store.js';
import { EtcdLetterDesk } from '../infra/etcd/letter-desk.js';
import { generationRegistry } from '../infra/etcd/generation-registry.js';
import { EtcdError } from '../infra/etcd/persistently.js';
import { takeSnapshot } from '../infra/etcd/system-snapshot.js';
import { type ReplayDeadLetters, type ResetProjection } from './queries/admin.js';

/** Milliseconds that etcd's failures are borne, and that a request may take in all. */
const patienceMs = 3_000;
const mostMs = 10_000;

/** Why it is not certain that a change was recorded, or certain that it was not. */
const unrecorded = ({ kind, message }: Pick<StoreFailure, 'kind' | 'message'>, cause: unknown): StoreSilent =>
  kind === 'full'
    ? new StoreFull(`Nothing can be recorded (${message}): GET /health says what frees etcd.`, { cause })
    : new StoreSilent(
        `What was asked for may have been recorded or not (${message}): look whether it was, or ask again.`,
        { cause },
      );

/** Begins builds of projections from what the collectors have: the log, and the archive that they were started with. */
export const resetWith =
  ({ client, keys }: OpenStore): ResetProjection =>
  async (projection, partial, signal) => {
    const registry = generationRegistry(client, keys, { patienceMs });
    const collectors = async (until: AbortSignal) => (await takeSnapshot(client, keys, until)).collectors;
    // A request names no folder: what collectors were started with is what there is to build from.
    const given = partial
      ? ({ trimmed: 'build partially' } as const)
      : ({ trimmed: 'refuse', archive: 'as collectors have it' } as const);
    const now = instantOfMillis(Date.now());
    const asked = requestReset({ registry, collectors }, projection, given, now, signal);
    const { outcome } = await asked.catch((error: unknown) => {
      throw error instanceof EtcdError ? unrecorded(error.failure, error) : error;
    });
    return outcome.kind === 'refused' ? outcome : { kind: 'started', ...outcome.record };
  };

/** Asks for dead letters to be read again by a streamer. */
export const replayWith =
  ({ client, keys }: OpenStore): ReplayDeadLetters =>
  async (letters, signal) => {
    const deciding = {
      desk: new EtcdLetterDesk(client, keys),
      pause: (ms: number, until: AbortSignal) => sleep(ms, undefined, { signal: until }),
      now: () => instantOfMillis(Date.now()),
      patienceMs,
    };
    return withTimeLimit(signal, mostMs, async (limit) => {
      try {
        return await requestReplays(deciding, letters, [], limit);
      } catch (error) {
        if (error instanceof NoAnswer || error instanceof StoreRefusal) throw unrecorded(error.failure, error);
        const late = limit.aborted && !signal.aborted;
        throw late ? unrecorded({ kind: 'slow', message: `not within ${String(mostMs / 1_000)} s` }, error) : error;
      }
    });
  };
