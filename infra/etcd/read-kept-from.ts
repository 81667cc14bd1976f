import { type Etcd3 } from 'etcd3';
import { GenerationRecord } from '../../domain/generation.js';
import { KeptChunks, type KeptFrom } from '../../domain/kept-from.js';
import { beginning } from '../../domain/revision.js';
import { readHorizons } from './horizons.js';
import { type Keys } from './keys.js';
import { getOne } from './range.js';
import { fromJson } from './stored-json.js';

const patienceMs = 10_000;

/** From where on the log and a generation's documents are kept. Throws when etcd does not answer for ten seconds. */
export const readKeptFrom = async (
  client: Etcd3,
  keys: Keys,
  { projection, generation }: Pick<GenerationRecord, 'projection' | 'generation'>,
  signal: AbortSignal,
): Promise<KeptFrom> => {
  const { horizons } = await readHorizons(client, keys, signal, { patienceMs });
  const kept = await getOne(client, keys.keptChunks({ projection, generation }), signal, { patienceMs });
  const record = await getOne(client, keys.generation(projection, generation), signal, { patienceMs });
  return {
    trimmed: horizons,
    chunks: kept.stored === undefined ? beginning : fromJson(KeptChunks, kept.stored).from,
    minutes: record.stored && fromJson(GenerationRecord, record.stored).minutes_from,
  };
};
