import { type Etcd3 } from 'etcd3';
import {
  ActivePointer,
  FoldCheckpoint,
  GenerationRecord,
  type ProjectionName,
  RegistryEntry,
} from '../../domain/generation.js';
import { type GenerationsView, type RegistryChange, type SeenCommit } from '../../domain/generation-registry.js';
import { Partition } from '../../domain/ids.js';
import { type Revision } from '../../domain/revision.js';
import { asItWas } from './as-it-was.js';
import { cancellable } from './cancellable.js';
import { type Keys } from './keys.js';
import { EtcdError, type Patience, shortPause } from './persistently.js';
import { toJson } from './stored-json.js';
import { type StoredValue } from './stored-value.js';
import { type Compare, type Operation, transact, type Transaction } from './transaction.js';

/** What a change was decided on. */
export interface ChangeBasis {
  readonly view: GenerationsView;
  /** What stood below `projections/`, by key. */
  readonly values: ReadonlyMap<string, StoredValue>;
  /** When each partition's horizon was written, for those that have one. */
  readonly horizons: ReadonlyMap<Partition, Revision>;
}

const mostPartitions = 64;

const recordKey = (keys: Keys, { projection, generation }: GenerationRecord): string =>
  keys.generation(projection, generation);

const seen = (keys: Keys, { part, modified }: SeenCommit): Compare => {
  return { kind: 'modified since', key: keys.checkpoint(part), revision: modified };
};

/**
 * The one transaction of a change. Compares the registry, every record that is written or removed, the pointer that is
 * moved, the checkpoints that it was decided on, and the horizon of every partition that a log can have, whether it has one or not.
 *
 * @param id different for each change
 */
export const changeTransaction = (
  keys: Keys,
  { view, values, horizons }: ChangeBasis,
  { write, remove, activate = [], checkpoints = [], since }: RegistryChange,
  id: string,
): Transaction => {
  const pointers = activate.map(({ projection }) => keys.activePointer(projection));
  const touched = [
    keys.projectionRegistry,
    ...[...write, ...remove].map((record) => recordKey(keys, record)),
    ...pointers,
  ];
  const everyPartition = Array.from({ length: mostPartitions }, (_, partition) => partition).filter(Partition.is);
  return {
    compares: [
      ...touched.map((key) => asItWas(key, values.get(key)?.modified)),
      ...checkpoints.map(({ part, stands }): Compare => {
        const key = keys.checkpoint(part);
        return stands === undefined
          ? { kind: 'absent', key }
          : { kind: 'value', key, value: toJson(FoldCheckpoint, stands) };
      }),
      ...(since ? [seen(keys, since)] : []),
      ...everyPartition.map((partition) => asItWas(keys.trimmed(partition), horizons.get(partition))),
    ],
    operations: [
      { kind: 'put', key: keys.projectionRegistry, value: toJson(RegistryEntry, entryAfter(view, write, id)) },
      ...write.map((record): Operation => {
        return { kind: 'put', key: recordKey(keys, record), value: toJson(GenerationRecord, record) };
      }),
      ...write
        .filter((record) => !values.has(recordKey(keys, record)))
        .flatMap((record) => firstCheckpoints(keys, record)),
      ...remove.map((record): Operation => ({ kind: 'delete', key: recordKey(keys, record) })),
      ...activate.map(({ projection, generation }): Operation => {
        return { kind: 'put', key: keys.activePointer(projection), value: toJson(ActivePointer, { generation }) };
      }),
    ],
    elseGet: [keys.projectionRegistry],
  };
};

/**
 * The same of a change that removes generations and does nothing else, without a put, for an etcd that is full and takes
 * none: what was built is then deleted as well, and makes room. The registry stays as it was, so retention may go on with
 * what it read of it: it keeps only more by that. Undefined for other changes, and where the number of what goes is
 * written down nowhere else, since it must not be used again.
 */
export const sparingTransaction = (keys: Keys, basis: ChangeBasis, change: RegistryChange): Transaction | undefined => {
  const { write, remove, activate = [] } = change;
  const isKnown = ({ projection, generation }: GenerationRecord) =>
    generation <= (basis.view.last.get(projection) ?? 0);
  if (write.length > 0 || activate.length > 0 || remove.length === 0 || !remove.every(isKnown)) return undefined;
  const { compares, operations } = changeTransaction(keys, basis, change, '');
  const deletes = operations.filter(({ kind }) => kind === 'delete');
  return { compares, operations: deletes, elseGet: remove.map((record) => recordKey(keys, record)) };
};

/** A partial generation is at its horizons from the start: nobody reads, or counts, what lies before them. */
const firstCheckpoints = (keys: Keys, { projection, generation, from = [] }: GenerationRecord): readonly Operation[] =>
  from.map(({ partition, from: next }) => ({
    kind: 'put',
    key: keys.checkpoint({ projection, generation, partition }),
    value: toJson(FoldCheckpoint, { next, segments: 0, events: 0 }),
  }));

const entryAfter = (
  { generations, last }: GenerationsView,
  write: readonly GenerationRecord[],
  change: string,
): RegistryEntry => {
  const highest = new Map<ProjectionName, number>(last);
  for (const { projection, generation } of [...generations.map(({ record }) => record), ...write])
    highest.set(projection, Math.max(generation, highest.get(projection) ?? 0));
  return { last: Object.fromEntries([...highest].sort(([a], [b]) => (a < b ? -1 : 1))), change };
};

/**
 * Sends a change until it is answered; false when what it was decided on no longer holds. Throws when patience is at its
 * end.
 *
 * @param sparing sent instead from when etcd has said that it is full, where there is one
 */
export const settled = async (
  client: Etcd3,
  transaction: Transaction,
  sparing: Transaction | undefined,
  { patienceMs = Infinity, onFailure }: Patience,
  signal: AbortSignal,
): Promise<boolean> => {
  const started = performance.now();
  let sent = transaction;
  for (let attempt = 0; ; attempt++) {
    const answer = await cancellable(transact(client, sent), signal);
    if (answer.kind === 'done') return true;
    if (answer.kind === 'refused') return wasApplied(sent, answer.found);
    if (answer.kind === 'lease-gone') throw new Error('a change of generations names no lease');
    if (answer.failure.kind === 'full' && sparing !== undefined && sent !== sparing) {
      sent = sparing;
      continue;
    }
    const giveUp = answer.failure.kind === 'refused' || performance.now() - started > patienceMs;
    if (giveUp) throw new EtcdError(answer.failure, undefined);
    onFailure?.(answer.failure);
    signal.throwIfAborted();
    await shortPause(attempt, signal);
  }
};

/**
 * Of a refused change: it was applied earlier if the registry holds what it writes, or, of one that writes nothing, if
 * all that it removes is gone.
 */
const wasApplied = ({ operations }: Transaction, found: readonly (StoredValue | undefined)[]): boolean => {
  const [first] = operations;
  if (first?.kind !== 'put') return found.every((stored) => stored === undefined);
  return found[0]?.value.equals(first.value) === true;
};
