import { type Etcd3 } from 'etcd3';
import { type Partition } from '../../domain/ids.js';
import { type Revision } from '../../domain/revision.js';
import { TrimHorizon, wholeFrom } from '../../domain/trim-horizon.js';
import { followSet } from './follow-set.js';
import { type Keys } from './keys.js';
import { fromJson } from './stored-json.js';

/** The revision from which on the whole log is kept: as it is now, then whenever it may have moved. */
export async function* followHorizon(
  client: Etcd3,
  keys: Keys,
  signal: AbortSignal,
): AsyncGenerator<Revision, void, undefined> {
  for await (const { values } of followSet(client, keys.allTrimmed, signal)) {
    const horizons = new Map<Partition, TrimHorizon>();
    for (const stored of values.values()) {
      const partition = keys.parseTrimmed(stored.key);
      if (partition !== undefined) horizons.set(partition, fromJson(TrimHorizon, stored));
    }
    yield wholeFrom(horizons);
  }
}
