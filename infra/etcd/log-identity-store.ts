import { randomBytes } from 'node:crypto';
import { type Etcd3 } from 'etcd3';
import { type Epoch } from '../../domain/ids.js';
import { LogIdentity } from '../../domain/log-identity.js';
import { cancellable } from './cancellable.js';
import { type Keys } from './keys.js';
import { type StoreAnswer } from './one-try.js';
import { type Patience } from './persistently.js';
import { getOne } from './range.js';
import { fromJson, toJson } from './stored-json.js';
import { transact } from './transaction.js';

/**
 * The log's identity, which is written, with this many partitions, when there is none yet: of many that try at once one
 * writes and all read the same. One try; asking again after `unknown` does no harm.
 */
export const openLog = async (
  client: Etcd3,
  keys: Keys,
  partitions: number,
  signal: AbortSignal,
): Promise<StoreAnswer<LogIdentity>> => {
  const key = keys.logIdentity;
  const log_id = randomBytes(16).toString('hex');
  const mine: LogIdentity = { log_id, epoch: 0 as Epoch, partitions, format: 1 };
  const creation = transact(client, {
    compares: [{ kind: 'absent', key }],
    operations: [{ kind: 'put', key, value: toJson(LogIdentity, mine) }],
    elseGet: [key],
  });
  const answer = await cancellable(creation, signal);
  switch (answer.kind) {
    case 'done':
      return { kind: 'answered', value: mine };
    case 'refused':
      return { kind: 'answered', value: fromJson(LogIdentity, answer.found[0]!) };
    case 'unknown':
      return answer;
    case 'lease-gone':
      throw new Error(`${key} was not to be bound to a lease`);
  }
};

/** The log's identity, undefined where no log has been created yet. */
export const readLogIdentity = async (
  client: Etcd3,
  keys: Keys,
  signal: AbortSignal,
  patience: Patience = {},
): Promise<LogIdentity | undefined> => {
  const { stored } = await getOne(client, keys.logIdentity, signal, patience);
  return stored && fromJson(LogIdentity, stored);
};
