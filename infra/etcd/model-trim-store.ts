import { type Etcd3 } from 'etcd3';
import { type KnownGeneration } from '../../domain/generation-registry.js';
import { GenerationRecord } from '../../domain/generation.js';
import { type Instant } from '../../domain/instant.js';
import { KeptChunks } from '../../domain/kept-from.js';
import { beginning, next, type Revision } from '../../domain/revision.js';
import { type StoreAnswer } from '../../domain/store-answer.js';
import { follow } from './follow.js';
import { readGenerations } from './generation-registry.js';
import { encodeName } from './key-path.js';
import { registryIs, sendGuarded } from './guarded-trim.js';
import { type Keys } from './keys.js';
import { once, oneTry } from './one-try.js';
import { getOne, listRange } from './range.js';
import { fromJson, toJson } from './stored-json.js';
import { type StoredValue } from './stored-value.js';
import { type Compare, type Operation } from './transaction.js';
import { type RecordGuard } from './trim-store.js';

/** A generation and the first block of its documents that stays: a revision for history, a minute for clusters. */
export interface TrimmedGeneration extends KnownGeneration {
  readonly from: bigint;
  /** See {@link KeptChunks}. */
  readonly deletedTo: Instant | undefined;
}

/** A document without its content; deleted when it has no bytes. */
export interface DocumentSize {
  readonly path: readonly string[];
  /** Its key without the last part. */
  readonly folder: string;
  readonly bytes: number | undefined;
}

export type DocumentSizes =
  | { readonly kind: 'opened' }
  | { readonly kind: 'loaded' }
  | { readonly kind: 'changed'; readonly documents: readonly DocumentSize[] };

/** Ranges that one transaction deletes at most. */
const mostRanges = 100;

/** The horizons and deletes of read models in etcd. Methods that give an answer make one try. */
export class EtcdModelTrimStore {
  constructor(
    private readonly client: Etcd3,
    private readonly keys: Keys,
  ) {}

  generations(
    signal: AbortSignal,
  ): Promise<
    StoreAnswer<{ readonly generations: readonly TrimmedGeneration[]; readonly registry: Revision | undefined }>
  > {
    return oneTry(signal, async () => {
      const { generations, revision: at } = await readGenerations(this.client, this.keys, signal, once);
      const options = { at, ...once };
      const { stored } = await getOne(this.client, this.keys.projectionRegistry, signal, options);
      const trimmed: TrimmedGeneration[] = [];
      for (const known of generations) trimmed.push({ ...known, ...(await this.from(known.record, at, signal)) });
      return { generations: trimmed, registry: stored?.modified };
    });
  }

  private async from(
    record: GenerationRecord,
    at: Revision,
    signal: AbortSignal,
  ): Promise<Pick<TrimmedGeneration, 'from' | 'deletedTo'>> {
    const all = { from: beginning, deletedTo: undefined };
    // No time of a document is so early.
    if (record.projection === 'cluster') return { ...all, from: record.minutes_from ?? -(1n << 90n) };
    if (record.projection !== 'history') return all;
    const { stored } = await getOne(this.client, this.keys.keptChunks(record), signal, { at, ...once });
    if (stored === undefined) return all;
    const { from, deleted_to: deletedTo } = fromJson(KeptChunks, stored);
    return { from, deletedTo };
  }

  /**
   * Writes a new horizon: that of minutes into the generation's record, which every commit compares, so that no owner
   * begins a minute again that is dropped. The time goes with chunks alone. False when the record, the registry or the claim is not what it was.
   */
  record(
    { record, modified }: TrimmedGeneration,
    { from, deletedTo }: Pick<TrimmedGeneration, 'from' | 'deletedTo'>,
    { registry, claim }: RecordGuard,
    signal: AbortSignal,
  ): Promise<StoreAnswer<boolean>> {
    const key = this.keys.generation(record.projection, record.generation);
    const kept = { from: from as Revision, ...(deletedTo !== undefined && { deleted_to: deletedTo }) };
    const put: Operation =
      record.projection === 'cluster'
        ? { kind: 'put', key, value: toJson(GenerationRecord, { ...record, minutes_from: from as Instant }) }
        : { kind: 'put', key: this.keys.keptChunks(record), value: toJson(KeptChunks, kept) };
    const claimed: Compare[] =
      claim === undefined ? [] : [{ kind: 'created', key: this.keys.maintenanceClaim, revision: claim }];
    return sendGuarded(
      this.client,
      [{ kind: 'modified', key, revision: modified }, registryIs(this.keys, registry), ...claimed],
      [put],
      signal,
    );
  }

  /**
   * Deletes the documents of folders whose names are lower than `bound`. Compares the registry; puts nothing, so that
   * it also works when etcd is full. False when it was refused.
   */
  async deleteBefore(
    folders: readonly string[],
    bound: string,
    registry: Revision | undefined,
    signal: AbortSignal,
  ): Promise<StoreAnswer<boolean>> {
    for (let at = 0; at < folders.length; at += mostRanges) {
      const deletes = folders.slice(at, at + mostRanges).map((folder): Operation => {
        return { kind: 'delete-range', range: { start: `${folder}/`, end: `${folder}/${encodeName(bound)}` } };
      });
      const deleted = await sendGuarded(this.client, [registryIs(this.keys, registry)], deletes, signal);
      if (deleted.kind === 'unknown' || !deleted.value) return deleted;
    }
    return { kind: 'answered', value: true };
  }

  /** The documents of a generation without their content, listed and then followed until the signal aborts. */
  async *sizes(record: GenerationRecord, signal: AbortSignal): AsyncGenerator<DocumentSizes, void, undefined> {
    try {
      while (!signal.aborted) yield* this.listed(record, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** Until a compaction asks for a new listing. */
  private async *listed(record: GenerationRecord, signal: AbortSignal): AsyncGenerator<DocumentSizes> {
    const range = this.keys.allDocumentsOf(record);
    yield { kind: 'opened' };
    let pin: Revision | undefined;
    for await (const page of listRange(this.client, range, signal)) {
      if (page.kind === 'compacted') return;
      pin = page.revision;
      yield { kind: 'changed', documents: page.values.flatMap((stored) => this.sizeOf(stored.key, stored)) };
    }
    if (pin === undefined) return;
    yield { kind: 'loaded' };
    for await (const heard of follow(this.client, range, next(pin), signal)) {
      if (heard.kind === 'compacted') return;
      if (heard.kind !== 'changes') continue;
      yield { kind: 'changed', documents: heard.changes.flatMap(({ key, stored }) => this.sizeOf(key, stored)) };
    }
  }

  private sizeOf(key: string, stored: StoredValue | undefined): readonly DocumentSize[] {
    const path = this.keys.parseModel(key)?.path;
    if (path === undefined) return [];
    const bytes = stored && key.length + stored.value.byteLength;
    return [{ path, folder: key.slice(0, key.lastIndexOf('/')), bytes }];
  }
}
