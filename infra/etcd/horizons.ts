import { type Etcd3 } from 'etcd3';
import { type Partition } from '../../domain/ids.js';
import { type Revision } from '../../domain/revision.js';
import { TrimHorizon, type TrimHorizons } from '../../domain/trim-horizon.js';
import { type Keys } from './keys.js';
import { type Patience } from './persistently.js';
import { type ListOptions, listRange } from './range.js';
import { fromJson } from './stored-json.js';

/** The recorded horizons, each with the revision at which it was written. */
export interface RecordedHorizons {
  readonly horizons: TrimHorizons;
  readonly modified: ReadonlyMap<Partition, Revision>;
}

/** The recorded horizons at one revision, now or at `at`; undefined when that has been compacted. */
export const horizonsAt = async (
  client: Etcd3,
  keys: Keys,
  signal: AbortSignal,
  options: ListOptions = {},
): Promise<RecordedHorizons | undefined> => {
  const horizons = new Map<Partition, TrimHorizon>();
  const modified = new Map<Partition, Revision>();
  for await (const page of listRange(client, keys.allTrimmed, signal, { firstLimit: 64, ...options })) {
    if (page.kind === 'compacted') return undefined;
    for (const stored of page.values) {
      const partition = keys.parseTrimmed(stored.key);
      if (partition === undefined) continue;
      horizons.set(partition, fromJson(TrimHorizon, stored));
      modified.set(partition, stored.modified);
    }
  }
  return { horizons, modified };
};

/** The recorded horizons as they are now. */
export const readHorizons = async (
  client: Etcd3,
  keys: Keys,
  signal: AbortSignal,
  patience: Patience = {},
): Promise<RecordedHorizons> => {
  for (;;) {
    const recorded = await horizonsAt(client, keys, signal, patience);
    if (recorded !== undefined) return recorded;
  }
};
