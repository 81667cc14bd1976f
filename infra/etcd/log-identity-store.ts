import { randomBytes } from 'node:crypto';
import { type Etcd3 } from 'etcd3';
import { type Epoch } from '../../domain/ids.js';
import { LogIdentity } from '../../domain/log-identity.js';
import { type Revision } from '../../domain/revision.js';
import { type StoreAnswer } from '../../domain/store-answer.js';
import { cancellable } from './cancellable.js';
import { type Keys } from './keys.js';
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
  const opened = await openLogAt(client, keys, partitions, signal);
  return opened.kind === 'unknown' ? opened : { kind: 'answered', value: opened.value.identity };
};

/** An identity as it was read: when it had been written, and etcd's revision. */
export interface OpenedLog {
  readonly identity: LogIdentity;
  readonly modified: Revision;
  readonly revision: Revision;
}

/** As {@link openLog}, with revisions. */
export const openLogAt = async (
  client: Etcd3,
  keys: Keys,
  partitions: number,
  signal: AbortSignal,
): Promise<StoreAnswer<OpenedLog>> => {
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
    case 'done': {
      const { revision } = answer;
      return { kind: 'answered', value: { identity: mine, modified: revision, revision } };
    }
    case 'refused': {
      const stored = answer.found[0]!;
      const { modified } = stored;
      return {
        kind: 'answered',
        value: { identity: fromJson(LogIdentity, stored), modified, revision: answer.revision },
      };
    }
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
