import { type Etcd3, type IRangeRequest } from 'etcd3';
import { type Revision } from '../../domain/revision.js';
import { isCompacted, isFutureRevision } from './failure.js';
import { type Patience, persistently } from './persistently.js';
import { type StoredValue, storedValue } from './stored-value.js';

/**
 * A put that was seen. An etcd that was restored from an older backup has it not, even when others have written to it
 * since and it is at a later revision than that by now.
 */
export type Witness = Pick<StoredValue, 'key' | 'created' | 'modified' | 'version'>;

export const witnessOf = ({ key, created, modified, version }: StoredValue): Witness => ({
  ...{ key, created, modified, version },
});

/** Of a key that is written once, as segments are. */
export const putOnce = (key: string, at: Revision): Witness => ({ key, created: at, modified: at, version: 1n });

/** The newest put of some. */
export const newestOf = (values: Iterable<StoredValue>): Witness | undefined => {
  let newest: StoredValue | undefined;
  for (const stored of values) if (newest === undefined || stored.modified > newest.modified) newest = stored;
  return newest && witnessOf(newest);
};

/** Whether what was seen is in etcd's history. True when it has been compacted there: that tells nothing. */
export const isInHistory = async (
  client: Etcd3,
  witness: Witness,
  signal: AbortSignal,
  patience: Patience,
): Promise<boolean> => {
  const request: IRangeRequest = {
    key: Buffer.from(witness.key),
    revision: String(witness.modified),
    keys_only: true,
  };
  try {
    const { kvs } = await persistently(signal, () => client.kv.range(request), patience);
    return kvs.some((kv) => isOf(witness, storedValue(kv)));
  } catch (error) {
    if (isFutureRevision(error)) return false;
    if (isCompacted(error)) return true;
    throw error;
  }
};

const isOf = ({ created, modified, version }: Witness, found: Witness): boolean =>
  found.created === created && found.modified === modified && found.version === version;
