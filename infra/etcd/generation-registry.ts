import { randomUUID } from 'node:crypto';
import { type Etcd3 } from 'etcd3';
import {
  type Decided,
  type GenerationRegistry,
  type GenerationsView,
  type KnownGeneration,
} from '../../domain/generation-registry.js';
import {
  ActivePointer,
  GenerationRecord,
  ProjectionName,
  projectionNames,
  RegistryEntry,
} from '../../domain/generation.js';
import { type Revision } from '../../domain/revision.js';
import { type TrimHorizons } from '../../domain/trim-horizon.js';
import { changeTransaction, settled, sparingTransaction } from './generation-change.js';
import { followSet } from './follow-set.js';
import { type Keys } from './keys.js';
import { type Patience, shortPause } from './persistently.js';
import { listRange, type ReadOptions } from './range.js';
import { fromJson, tryFromJson } from './stored-json.js';
import { type StoredValue } from './stored-value.js';
import { readHorizons } from './horizons.js';

const inOrder = (a: KnownGeneration, b: KnownGeneration): number =>
  projectionNames.indexOf(a.record.projection) - projectionNames.indexOf(b.record.projection) ||
  a.record.generation - b.record.generation;

const lastNumbers = (stored: StoredValue | undefined): ReadonlyMap<ProjectionName, number> => {
  const entry = stored && tryFromJson(RegistryEntry, stored);
  return new Map(
    Object.entries(entry?.last ?? {}).flatMap(([name, last]) => (ProjectionName.is(name) ? [[name, last]] : [])),
  );
};

/** What these keys below `projections/` say. */
export const viewOf = (keys: Keys, values: ReadonlyMap<string, StoredValue>, revision: Revision): GenerationsView => {
  const generations: KnownGeneration[] = [];
  const active = new Map<ProjectionName, number>();
  for (const stored of values.values()) {
    const projection = keys.parseActivePointer(stored.key);
    if (projection !== undefined) active.set(projection, fromJson(ActivePointer, stored).generation);
    if (keys.parseGeneration(stored.key) === undefined) continue;
    generations.push({ record: fromJson(GenerationRecord, stored), modified: stored.modified });
  }
  const last = lastNumbers(values.get(keys.projectionRegistry));
  return { generations: generations.sort(inOrder), active, last, revision };
};

/** All generations and active pointers at one revision. Tries as long as `options` say. */
export const readGenerations = async (
  client: Etcd3,
  keys: Keys,
  signal: AbortSignal,
  options: ReadOptions = {},
): Promise<GenerationsView> => {
  const { values, revision } = await readProjections(client, keys, signal, options);
  return viewOf(keys, values, revision);
};

/** Everything below `projections/` at one revision. */
const readProjections = async (client: Etcd3, keys: Keys, signal: AbortSignal, options: ReadOptions) => {
  for (;;) {
    const values = new Map<string, StoredValue>();
    for await (const page of listRange(client, keys.projections, signal, { firstLimit: 64, ...options })) {
      if (page.kind === 'compacted') break;
      for (const stored of page.values) values.set(stored.key, stored);
      if (page.last) return { values, revision: page.revision };
    }
  }
};

const tenSeconds: Patience = { patienceMs: 10_000 };

/** The records of generations in etcd; all but `follow` throw when patience is at its end, after ten seconds by default. */
export const generationRegistry = (client: Etcd3, keys: Keys, patience = tenSeconds): GenerationRegistry => ({
  read: (signal) => readGenerations(client, keys, signal, patience),
  async *follow(signal) {
    for await (const { values, revision } of followSet(client, keys.projections, signal)) {
      yield viewOf(keys, values, revision);
    }
  },
  change: (decide, signal) => change(client, keys, patience, decide, signal),
});

const change = async <R>(
  client: Etcd3,
  keys: Keys,
  patience: Patience,
  decide: (view: GenerationsView, horizons: TrimHorizons) => Decided<R>,
  signal: AbortSignal,
): Promise<R> => {
  for (let attempt = 0; ; attempt++) {
    const { values, revision } = await readProjections(client, keys, signal, patience);
    const recorded = await readHorizons(client, keys, signal, patience);
    const view = viewOf(keys, values, revision);
    const decided = decide(view, recorded.horizons);
    if (decided.change === undefined) return decided.outcome;
    const basis = { view, values, horizons: recorded.modified };
    const transaction = changeTransaction(keys, basis, decided.change, randomUUID());
    const sparing = sparingTransaction(keys, basis, decided.change);
    if (await settled(client, transaction, sparing, patience, signal)) return decided.outcome;
    await shortPause(attempt, signal);
  }
};
