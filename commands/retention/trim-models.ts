import { type GenerationRecord, type ProjectionName } from '../../domain/generation.js';
import { type Instant } from '../../domain/instant.js';
import { decideKept, type KeptRules } from './decide-kept.js';
import { type AgedBlock, ModelLedger } from './model-ledger.js';
import { type HeldModel, type KeptGeneration, type ModelPorts } from './model-ports.js';
import { type Guard } from './guard.js';

/** Only these have documents whose number grows with time. */
const trimmed: readonly ProjectionName[] = ['history', 'cluster'];

const nameOf = ({ projection, generation }: GenerationRecord): string => `${projection}/${String(generation)}`;

/** Keeps history and the minutes of clusters within their bounds, each generation by itself (promise R7). */
export class ModelTrimmer {
  readonly #followed = new Map<string, FollowedModel>();

  constructor(private readonly ports: ModelPorts) {}

  /** One look at every generation. Throws what made it impossible to follow one. */
  async step(
    rulesOf: (projection: ProjectionName) => KeptRules,
    now: Instant,
    claim: Guard['claim'],
    signal: AbortSignal,
  ): Promise<readonly HeldModel[]> {
    const read = await this.ports.store.generations(signal);
    if (read.kind === 'unknown') return [];
    const generations = read.value.generations.filter(({ record }) => trimmed.includes(record.projection));
    await this.#forget(new Set(generations.map(({ record }) => nameOf(record))));
    const held: HeldModel[] = [];
    for (const generation of generations) {
      const ledger = this.#ledger(generation.record, signal);
      if (ledger === undefined) continue;
      const rules = rulesOf(generation.record.projection);
      const guard = { registry: read.value.registry, claim };
      const kept = await this.#trim(generation, ledger, rules, now, guard, signal);
      held.push(heldOf(generation.record, ledger, kept, rules));
    }
    return held;
  }

  async end(): Promise<void> {
    await this.#forget(new Set());
  }

  async #forget(but: ReadonlySet<string>): Promise<void> {
    for (const [name, followed] of this.#followed) {
      if (but.has(name)) continue;
      this.#followed.delete(name);
      await followed.end();
    }
  }

  /** Undefined until the generation has been listed. */
  #ledger(record: GenerationRecord, signal: AbortSignal): ModelLedger | undefined {
    const followed = this.#followed.get(nameOf(record)) ?? new FollowedModel(this.ports, record, signal);
    this.#followed.set(nameOf(record), followed);
    return followed.ledger;
  }

  /** Recorded first, then deleted; what an earlier one recorded and did not delete is deleted too. */
  async #trim(
    generation: KeptGeneration,
    ledger: ModelLedger,
    rules: KeptRules,
    now: Instant,
    guard: Guard,
    signal: AbortSignal,
  ): Promise<Kept> {
    const { store, boundOf } = this.ports;
    const from = decideKept(ledger.blocks, generation.from, rules);
    const decided =
      from === undefined ? undefined : { from, deletedTo: deletedTo(ledger.blocks, from, generation, now) };
    const recorded = decided !== undefined && (await store.record(generation, decided, guard, signal));
    const moved = recorded !== false && recorded.kind === 'answered' && recorded.value;
    const kept = moved ? decided : generation;
    const folders = ledger.foldersBefore(kept.from);
    if (folders.length === 0) return kept;
    const bound = boundOf(generation.record.projection, kept.from);
    const deleted = await store.deleteBefore(folders, bound, guard.registry, signal);
    if (deleted.kind === 'answered' && deleted.value) ledger.drop(kept.from);
    return kept;
  }
}

type Kept = Pick<KeptGeneration, 'from' | 'deletedTo'>;

/** The newest time that is told of by what has gone and what goes. Rows of the future make nothing else seem gone. */
const deletedTo = (
  blocks: readonly AgedBlock[],
  from: bigint,
  { deletedTo: before }: Kept,
  now: Instant,
): Instant | undefined => {
  const going = blocks.filter(({ block }) => block < from).map(({ newest }) => (newest < now ? newest : now));
  return going.reduce<Instant | undefined>((a, b) => (a === undefined || b > a ? b : a), before);
};

const heldOf = (
  record: GenerationRecord,
  ledger: ModelLedger,
  { from, deletedTo }: Kept,
  { bytes: allowed }: KeptRules,
): HeldModel => {
  const held = { bytes: 0, oldest: undefined as Instant | undefined, newest: undefined as Instant | undefined };
  for (const { block, bytes, oldest, newest } of ledger.blocks) {
    if (block < from) continue;
    held.bytes += bytes;
    if (held.oldest === undefined || oldest < held.oldest) held.oldest = oldest;
    if (held.newest === undefined || newest > held.newest) held.newest = newest;
  }
  return { record, allowed, deletedTo, ...held };
};

/** A ledger that keeps up with a generation. */
class FollowedModel {
  readonly #own = new AbortController();
  readonly #reading: Promise<void>;
  #ledger = new ModelLedger();
  #loaded = false;
  #failure: unknown;

  constructor({ sizes, ageOf }: ModelPorts, record: GenerationRecord, signal: AbortSignal) {
    const until = AbortSignal.any([signal, this.#own.signal]);
    this.#reading = this.#read(sizes(record, until), ageOf).catch((error: unknown) => {
      if (!until.aborted) this.#failure = error;
    });
  }

  async #read(updates: ReturnType<ModelPorts['sizes']>, ageOf: ModelPorts['ageOf']): Promise<void> {
    for await (const update of updates) {
      if (update.kind === 'opened') [this.#ledger, this.#loaded] = [new ModelLedger(), false];
      else if (update.kind === 'loaded') this.#loaded = true;
      else {
        for (const document of update.documents) {
          const age = ageOf(document.path);
          if (age !== undefined) this.#ledger.put(document, age);
        }
      }
    }
  }

  /** Throws the failure that following ended with. */
  get ledger(): ModelLedger | undefined {
    if (this.#failure !== undefined) throw this.#failure as Error;
    return this.#loaded ? this.#ledger : undefined;
  }

  async end(): Promise<void> {
    this.#own.abort();
    await this.#reading;
  }
}
