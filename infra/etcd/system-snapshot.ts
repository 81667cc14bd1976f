import { type Etcd3 } from 'etcd3';
import { CollectorAnnouncement } from '../../domain/collector-announcement.js';
import { DeadLetterOutcome, type SettledLetter } from '../../domain/dead-letter-outcome.js';
import { FoldCheckpoint, type GenerationRecord } from '../../domain/generation.js';
import { type Partition, type SourceId } from '../../domain/ids.js';
import { type Revision } from '../../domain/revision.js';
import { SourceCheckpoint } from '../../domain/source-checkpoint.js';
import { SplitPlan } from '../../domain/split-plan.js';
import { type GenerationProgress, type SystemSnapshot } from '../../domain/system-snapshot.js';
import { readGenerations } from './generation-registry.js';
import { horizonsAt } from './horizons.js';
import { type KeyRange } from './key-path.js';
import { type Keys } from './keys.js';
import { type ListOptions, listRange } from './range.js';
import { readAnew, RevisionCompacted } from './read-anew.js';
import { fromJson, tryFromJson } from './stored-json.js';
import { type StoredValue } from './stored-value.js';

const patienceMs = 10_000;

/**
 * The books of the system, all read at one revision. Throws when etcd does not answer for ten seconds.
 */
export const takeSnapshot = (client: Etcd3, keys: Keys, signal: AbortSignal): Promise<SystemSnapshot> =>
  readAnew(() => snapshotNow(client, keys, signal), signal);

const snapshotNow = async (client: Etcd3, keys: Keys, signal: AbortSignal): Promise<SystemSnapshot> => {
  const { generations, active, revision } = await readGenerations(client, keys, signal, { patienceMs });
  const at = (options: ListOptions = {}): ListOptions => ({ ...options, at: revision, patienceMs });
  const sources: SourceCheckpoint[] = [];
  const plans: SplitPlan[] = [];
  for await (const stored of valuesOf(client, keys.sources, signal, at())) {
    if (keys.parseSource(stored.key) === undefined) continue;
    const plan = tryFromJson(SplitPlan, stored);
    if (plan !== undefined) plans.push(plan);
    else sources.push(fromJson(SourceCheckpoint, stored));
  }
  const deadLetters = new Map<SourceId, number>();
  for await (const { key } of valuesOf(client, keys.deadLetters, signal, at({ keysOnly: true }))) {
    const source = keys.parseDeadLetter(key)?.source;
    if (source !== undefined) deadLetters.set(source, (deadLetters.get(source) ?? 0) + 1);
  }
  const settledLetters: SettledLetter[] = [];
  for await (const stored of valuesOf(client, keys.letterOutcomes, signal, at())) {
    const place = keys.parseLetterOutcome(stored.key);
    if (place !== undefined) settledLetters.push({ ...place, outcome: fromJson(DeadLetterOutcome, stored) });
  }
  const progress: GenerationProgress[] = [];
  for (const { record } of generations) {
    const checkpoints = await checkpointsOf(client, keys, record, revision, signal);
    progress.push({ record, active: active.get(record.projection) === record.generation, checkpoints });
  }
  const collectors: CollectorAnnouncement[] = [];
  for await (const stored of valuesOf(client, keys.membersOf('collector'), signal, at())) {
    collectors.push(...[tryFromJson(CollectorAnnouncement, stored)].filter((one) => one !== undefined));
  }
  const recorded = await horizonsAt(client, keys, signal, { at: revision, patienceMs });
  if (recorded === undefined) throw new RevisionCompacted();
  return {
    revision,
    sources,
    plans,
    deadLetters,
    settledLetters,
    generations: progress,
    trimmed: recorded.horizons,
    collectors,
  };
};

/** How far a generation had folded each partition at a revision. */
const checkpointsOf = async (
  client: Etcd3,
  keys: Keys,
  record: GenerationRecord,
  at: Revision,
  signal: AbortSignal,
): Promise<ReadonlyMap<Partition, FoldCheckpoint>> => {
  const checkpoints = new Map<Partition, FoldCheckpoint>();
  for await (const stored of valuesOf(client, keys.checkpointsOf(record), signal, { at, patienceMs })) {
    const place = keys.parseModel(stored.key);
    if (place !== undefined) checkpoints.set(place.part.partition, fromJson(FoldCheckpoint, stored));
  }
  return checkpoints;
};

async function* valuesOf(
  client: Etcd3,
  range: KeyRange,
  signal: AbortSignal,
  options: ListOptions,
): AsyncGenerator<StoredValue, void, undefined> {
  for await (const page of listRange(client, range, signal, options)) {
    if (page.kind === 'compacted') throw new RevisionCompacted();
    yield* page.values;
  }
}
