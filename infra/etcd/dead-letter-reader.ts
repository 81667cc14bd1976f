import { type Etcd3 } from 'etcd3';
import { DeadLetter } from '../../domain/dead-letter.js';
import { type SourceId } from '../../domain/ids.js';
import { type Keys } from './keys.js';
import { getOne, listRange } from './range.js';
import { fromJson } from './stored-json.js';

const patienceMs = 10_000;

/** Reads dead letters; throws when etcd does not answer for ten seconds. */
export const deadLetterReader = (
  client: Etcd3,
  keys: Keys,
): {
  list(signal: AbortSignal): AsyncIterable<DeadLetter>;
  get(source: SourceId, offset: number, signal: AbortSignal): Promise<DeadLetter | undefined>;
} => ({
  async *list(signal) {
    for await (const page of listRange(client, keys.deadLetters, signal, { patienceMs })) {
      if (page.kind === 'compacted') throw new Error('the listing was overtaken by a compaction: list again');
      for (const stored of page.values) yield fromJson(DeadLetter, stored);
    }
  },
  get: async (source, offset, signal) => {
    const { stored } = await getOne(client, keys.deadLetter(source, offset), signal, { patienceMs });
    return stored && fromJson(DeadLetter, stored);
  },
});
