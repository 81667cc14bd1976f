import { type Etcd3 } from 'etcd3';
import { ActivePointer, FoldCheckpoint, GenerationRecord, type ProjectionName } from '../../domain/generation.js';
import { type ModelFeed, type ModelUpdate } from '../../domain/model-feed.js';
import { next, type Revision } from '../../domain/revision.js';
import { type StoreFailure } from '../../domain/store-answer.js';
import { follow } from './follow.js';
import { followRange, type Put } from './follow-range.js';
import { keyAfter, type KeyRange } from './key-path.js';
import { type Keys } from './keys.js';
import { compactedOrThrow, getOne } from './range.js';
import { fromJson } from './stored-json.js';

interface Active {
  readonly record: GenerationRecord;
  /** At which pointer and record were read. */
  readonly revision: Revision;
}

/** The documents of the active generations in etcd, listed and then followed. */
export class EtcdModelFeed implements ModelFeed {
  constructor(
    private readonly client: Etcd3,
    private readonly keys: Keys,
    private readonly onFailure: (failure: StoreFailure) => void = () => undefined,
  ) {}

  async *follow(projection: ProjectionName, signal: AbortSignal): AsyncGenerator<ModelUpdate, void, undefined> {
    while (!signal.aborted) {
      const active = await this.active(projection, signal);
      if (active && 'record' in active) yield* this.whileActive(active, signal);
      if (!active || 'record' in active) continue;
      yield { kind: 'absent' };
      await this.changed(this.keys.activePointer(projection), active.absentAt, signal);
    }
  }

  /** The active generation, or at which revision there was none; undefined to ask again. */
  private async active(
    projection: ProjectionName,
    signal: AbortSignal,
  ): Promise<Active | { readonly absentAt: Revision } | undefined> {
    const patience = { onFailure: this.onFailure };
    const pointerKey = this.keys.activePointer(projection);
    const { stored, revision } = await getOne(this.client, pointerKey, signal, patience);
    if (!stored) return { absentAt: revision };
    const { generation } = fromJson(ActivePointer, stored);
    const recordKey = this.keys.generation(projection, generation);
    const options = { at: revision, ...patience };
    const found = await getOne(this.client, recordKey, signal, options).catch(compactedOrThrow);
    if (found === 'compacted') return undefined;
    // A record is removed only after another generation has become active.
    if (!found.stored) return void (await this.changed(pointerKey, revision, signal));
    return { record: fromJson(GenerationRecord, found.stored), revision };
  }

  /** Resolves when a key is changed behind a revision, or when that can no longer be told. */
  private async changed(key: string, behind: Revision, signal: AbortSignal): Promise<void> {
    const range = { start: key, end: keyAfter(key) };
    for await (const heard of follow(this.client, range, next(behind), signal, { onFailure: this.onFailure }))
      if (heard.kind !== 'quiet') return;
  }

  private async *whileActive({ record, revision }: Active, outer: AbortSignal): AsyncGenerator<ModelUpdate> {
    const over = new AbortController();
    const signal = AbortSignal.any([outer, over.signal]);
    const switched = this.changed(this.keys.activePointer(record.projection), revision, signal)
      .catch((error: unknown) => error)
      .finally(() => over.abort());
    try {
      while (!signal.aborted) if ((yield* this.listed(record, signal)) === 'gone') break;
    } catch (error) {
      if (!over.signal.aborted) throw error;
    } finally {
      over.abort();
    }
    const failure = await switched;
    if (failure !== undefined && !outer.aborted) throw failure as Error;
  }

  /**
   * Lists the generation and follows it until it is over, until a compaction overtakes its watch, or until it is
   * being deleted: its record goes first, then its checkpoints, and nothing of that is handed on.
   */
  private async *listed(
    record: GenerationRecord,
    signal: AbortSignal,
  ): AsyncGenerator<ModelUpdate, 'again' | 'gone', undefined> {
    const range = this.rangeOf(record);
    yield { kind: 'opened', record };
    for await (const news of followRange(this.client, range, signal, this.onFailure)) {
      if (news.kind === 'whole') {
        if (!(await this.isThere(record, signal))) return 'gone';
        yield { kind: 'loaded' };
        continue;
      }
      if (news.changes.some((change) => this.isLostCheckpoint(change))) return 'gone';
      yield this.update(news.changes);
    }
    return 'again';
  }

  /** Asked after a listing: what has its record then was whole before. */
  private async isThere({ projection, generation }: GenerationRecord, signal: AbortSignal): Promise<boolean> {
    const patience = { onFailure: this.onFailure };
    const { stored } = await getOne(this.client, this.keys.generation(projection, generation), signal, patience);
    return stored !== undefined;
  }

  private isLostCheckpoint({ key, stored }: Put): boolean {
    return stored === undefined && this.keys.parseModel(key)?.path === undefined;
  }

  /** Of history only the checkpoints: its documents are many, and are read when a query needs them. */
  private rangeOf({ projection, generation }: GenerationRecord): KeyRange {
    const build = { projection, generation };
    return projection === 'history' ? this.keys.checkpointsOf(build) : this.keys.modelOf(build);
  }

  private update(puts: readonly Put[]): ModelUpdate {
    const parsed = puts.map(({ key, stored }) => ({ stored, model: this.keys.parseModel(key) }));
    return {
      kind: 'changed',
      changes: parsed.flatMap(({ model, stored }) =>
        model?.path ? [{ partition: model.part.partition, path: model.path, value: stored?.value }] : [],
      ),
      checkpoints: parsed.flatMap(({ model, stored }) =>
        model && !model.path && stored ? [[model.part.partition, fromJson(FoldCheckpoint, stored)] as const] : [],
      ),
    };
  }
}
