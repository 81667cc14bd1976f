import { type Etcd3 } from 'etcd3';
import {
  type GenerationRegistry,
  type GenerationsView,
  type KnownGeneration,
} from '../../domain/generation-registry.js';
import { ActivePointer, GenerationRecord, type ProjectionName, projectionNames } from '../../domain/generation.js';
import { type Revision } from '../../domain/revision.js';
import { followSet } from './follow-set.js';
import { type Keys } from './keys.js';
import { EtcdError, shortPause } from './persistently.js';
import { listRange, type ReadOptions } from './range.js';
import { fromJson, toJson } from './stored-json.js';
import { type StoredValue } from './stored-value.js';
import { transact } from './transaction.js';

const inOrder = (a: KnownGeneration, b: KnownGeneration): number =>
  projectionNames.indexOf(a.record.projection) - projectionNames.indexOf(b.record.projection) ||
  a.record.generation - b.record.generation;

const viewOf = (keys: Keys, values: Iterable<StoredValue>, revision: Revision): GenerationsView => {
  const generations: KnownGeneration[] = [];
  const active = new Map<ProjectionName, number>();
  for (const stored of values) {
    const projection = keys.parseActivePointer(stored.key);
    if (projection !== undefined) active.set(projection, fromJson(ActivePointer, stored).generation);
    if (keys.parseGeneration(stored.key) === undefined) continue;
    generations.push({ record: fromJson(GenerationRecord, stored), modified: stored.modified });
  }
  return { generations: generations.sort(inOrder), active, revision };
};

/** All generations and active pointers at one revision. Tries as long as `options` say. */
export const readGenerations = async (
  client: Etcd3,
  keys: Keys,
  signal: AbortSignal,
  options: ReadOptions = {},
): Promise<GenerationsView> => {
  for (;;) {
    const values: StoredValue[] = [];
    for await (const page of listRange(client, keys.projections, signal, options)) {
      if (page.kind === 'compacted') break;
      values.push(...page.values);
      if (page.last) return viewOf(keys, values, page.revision);
    }
  }
};

const firstPatienceMs = 10_000;

/** The records of generations in etcd; `read` and `createFirst` throw when etcd does not answer for ten seconds. */
export const generationRegistry = (client: Etcd3, keys: Keys): GenerationRegistry => ({
  read: (signal) => readGenerations(client, keys, signal, { patienceMs: firstPatienceMs }),
  async *follow(signal) {
    for await (const { values, revision } of followSet(client, keys.projections, signal)) {
      yield viewOf(keys, values.values(), revision);
    }
  },
  createFirst: (record, signal) => createFirst(client, keys, record, signal),
});

const createFirst = async (client: Etcd3, keys: Keys, record: GenerationRecord, signal: AbortSignal): Promise<void> => {
  const generation = keys.generation(record.projection, record.generation);
  const pointer = keys.activePointer(record.projection);
  const started = performance.now();
  for (let attempt = 0; ; attempt++) {
    const answer = await transact(client, {
      compares: [
        { kind: 'absent', key: generation },
        { kind: 'absent', key: pointer },
      ],
      operations: [
        { kind: 'put', key: generation, value: toJson(GenerationRecord, record) },
        { kind: 'put', key: pointer, value: toJson(ActivePointer, { generation: record.generation }) },
      ],
    });
    // Refused is as good: somebody made one, maybe this very transaction before its answer was lost.
    if (answer.kind !== 'unknown') return;
    signal.throwIfAborted();
    const giveUp = answer.failure.kind === 'refused' || performance.now() - started > firstPatienceMs;
    if (giveUp) throw new EtcdError(answer.failure, undefined);
    await shortPause(attempt, signal);
  }
};
