import { type Etcd3 } from 'etcd3';
import { type Type } from 'io-ts';
import { DeadLetter } from '../../domain/dead-letter.js';
import { type LetterPlace } from '../../domain/dead-letter-id.js';
import { DeadLetterOutcome, type LetterState, ReplayRequest } from '../../domain/dead-letter-outcome.js';
import { type KeyRange } from './key-path.js';
import { type Keys } from './keys.js';
import { getOne, listRange } from './range.js';
import { fromJson } from './stored-json.js';

const patienceMs = 10_000;

/** Reads dead letters and what became of them; throws when etcd does not answer for ten seconds. */
export const deadLetterReader = (
  client: Etcd3,
  keys: Keys,
): {
  list(signal: AbortSignal): AsyncIterable<LetterState>;
  get(place: LetterPlace, signal: AbortSignal): Promise<LetterState | undefined>;
} => ({
  async *list(signal) {
    const requests = await allOf(client, keys.replayRequests, ReplayRequest, signal);
    const outcomes = await allOf(client, keys.letterOutcomes, DeadLetterOutcome, signal);
    for await (const page of listRange(client, keys.deadLetters, signal, { patienceMs })) {
      if (page.kind === 'compacted') throw overtaken();
      for (const stored of page.values) {
        const letter = fromJson(DeadLetter, stored);
        const request = requests.get(keys.replayRequest(letter));
        yield { letter, request, outcome: outcomes.get(keys.letterOutcome(letter)) };
      }
    }
  },
  get: async (place, signal) => {
    const read = async <A>(codec: Type<A, unknown>, key: string): Promise<A | undefined> => {
      const { stored } = await getOne(client, key, signal, { patienceMs });
      return stored && fromJson(codec, stored);
    };
    const letter = await read(DeadLetter, keys.deadLetter(place));
    if (letter === undefined) return undefined;
    const request = await read(ReplayRequest, keys.replayRequest(place));
    return { letter, request, outcome: await read(DeadLetterOutcome, keys.letterOutcome(place)) };
  },
});

const overtaken = () => new Error('the listing was overtaken by a compaction: list again');

const allOf = async <A>(
  client: Etcd3,
  range: KeyRange,
  codec: Type<A, unknown>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, A>> => {
  const found = new Map<string, A>();
  for await (const page of listRange(client, range, signal, { patienceMs })) {
    if (page.kind === 'compacted') throw overtaken();
    for (const stored of page.values) found.set(stored.key, fromJson(codec, stored));
  }
  return found;
};
