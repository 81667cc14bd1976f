import { type Etcd3 } from 'etcd3';
import { type Build } from '../../domain/generations-known.js';
import { type GenerationsView, type KnownGeneration } from '../../domain/generation-registry.js';
import { cancellable } from './cancellable.js';
import { asItWas } from './as-it-was.js';
import { readGenerations } from './generation-registry.js';
import { keyAfter, type KeyRange } from './key-path.js';
import { type Keys } from './keys.js';
import { EtcdError } from './persistently.js';
import { extentOf, listRange } from './range.js';
import { type Compare, transact } from './transaction.js';

const patienceMs = 5_000;
/** Keys that one transaction deletes at most, so that etcd is never held up for long. */
const mostAtOnce = 1_000;

/**
 * Deletes what generations have left that have no record any more, or only one that says why they failed. Numbers are
 * never reused and a record is there before its first document, so nothing can come back to life.
 */
export const sweepModels = async (client: Etcd3, keys: Keys, signal: AbortSignal): Promise<void> => {
  const found = await storedGenerations(client, keys, signal);
  // Read after the listing: what was there then and has no record now has lost it.
  const view = await readGenerations(client, keys, signal, { patienceMs });
  for (const build of found) {
    const known = knownOf(view, build);
    if (known !== undefined && known.record.state !== 'failed') continue;
    const key = keys.generation(build.projection, build.generation);
    await deleteAll(client, keys.modelOf(build), asItWas(key, known?.modified), signal);
  }
};

const knownOf = ({ generations }: GenerationsView, { projection, generation }: Build): KnownGeneration | undefined =>
  generations.find(({ record }) => record.projection === projection && record.generation === generation);

/** By the first key of each, going from one to the next: a few reads of one key, however many documents there are. */
const storedGenerations = async (client: Etcd3, keys: Keys, signal: AbortSignal): Promise<readonly Build[]> => {
  const found: Build[] = [];
  for (let range: KeyRange = keys.models; ;) {
    const { first } = await extentOf(client, range, signal, { patienceMs });
    if (first === undefined) return found;
    const part = keys.parseModel(first)?.part;
    if (part !== undefined) found.push(part);
    range = { start: part === undefined ? keyAfter(first) : keys.modelOf(part).end, end: range.end };
  }
};

/**
 * In the order of the keys, so the checkpoints go first: who still follows the generation hears of its end by them. Throws
 * where its record is not as it was: it is there again when etcd has gone back to a backup (promise L9).
 */
const deleteAll = async (client: Etcd3, range: KeyRange, gone: Compare, signal: AbortSignal): Promise<void> => {
  for (;;) {
    const page = (await listRange(client, range, signal, { keysOnly: true, firstLimit: mostAtOnce, patienceMs }).next())
      .value;
    if (page?.kind !== 'page' || page.values.length === 0) return;
    const cut = { start: range.start, end: keyAfter(page.values.at(-1)!.key) };
    const operations = [{ kind: 'delete-range', range: cut }] as const;
    const answer = await cancellable(transact(client, { compares: [gone], operations }), signal);
    if (answer.kind === 'unknown') throw new EtcdError(answer.failure, undefined);
    if (answer.kind !== 'done') throw new Error(`the record of what is below ${range.start} has changed`);
    if (page.last) return;
  }
};
