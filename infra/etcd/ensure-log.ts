import { type Etcd3 } from 'etcd3';
import { type LogIdentity } from '../../domain/log-identity.js';
import { type Keys } from './keys.js';
import { openLog } from './log-identity-store.js';
import { EtcdError, type Patience, shortPause } from './persistently.js';

/** How many partitions a new log gets. */
const usualPartitions = 16;

/** The log's identity; a log that is not there yet is created. Throws when patience is at its end. */
export const ensureLog = async (
  client: Etcd3,
  keys: Keys,
  { patienceMs = Infinity, onFailure }: Patience,
  signal: AbortSignal,
): Promise<LogIdentity> => {
  const started = performance.now();
  for (let attempt = 0; ; attempt++) {
    const answer = await openLog(client, keys, usualPartitions, signal);
    if (answer.kind === 'answered') return answer.value;
    const giveUp = answer.failure.kind === 'refused' || performance.now() - started > patienceMs;
    if (giveUp) throw new EtcdError(answer.failure, undefined);
    onFailure?.(answer.failure);
    signal.throwIfAborted();
    await shortPause(attempt, signal);
  }
};
