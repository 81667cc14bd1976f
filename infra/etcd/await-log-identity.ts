import { type Etcd3 } from 'etcd3';
import { LogIdentity } from '../../domain/log-identity.js';
import { followSet } from './follow-set.js';
import { keyAfter } from './key-path.js';
import { type Keys } from './keys.js';
import { fromJson } from './stored-json.js';

/**
 * The log's identity, as soon as somebody has created the log: for those who only read it.
 * Throws when the signal aborts first.
 *
 * @param absent called when etcd has answered that there is no log yet
 */
export const awaitLogIdentity = async (
  client: Etcd3,
  keys: Keys,
  signal: AbortSignal,
  absent: () => void = () => undefined,
): Promise<LogIdentity> => {
  const key = keys.logIdentity;
  for await (const { values } of followSet(client, { start: key, end: keyAfter(key) }, signal)) {
    const stored = values.get(key);
    if (stored) return fromJson(LogIdentity, stored);
    absent();
  }
  signal.throwIfAborted();
  throw new Error('the following of the log’s identity ended by itself');
};
