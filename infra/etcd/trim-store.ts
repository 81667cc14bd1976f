import { type Etcd3 } from 'etcd3';
import { FoldCheckpoint, isFolded } from '../../domain/generation.js';
import { type Partition, type Sequence } from '../../domain/ids.js';
import { type LogFloor, lowerFloor } from '../../domain/log-floor.js';
import { beginning, type Revision } from '../../domain/revision.js';
import { firstKept, TrimHorizon, type TrimHorizons } from '../../domain/trim-horizon.js';
import { type StoreAnswer } from '../../domain/store-answer.js';
import { asItWas } from './as-it-was.js';
import { readGenerations } from './generation-registry.js';
import { registryIs, sendGuarded } from './guarded-trim.js';
import { type Keys } from './keys.js';
import { laneExtents } from './lane-extents.js';
import { type LaneOfPartition, lanesOf } from './lane-frontier.js';
import { readHorizons, type RecordedHorizons } from './horizons.js';
import { once, oneTry } from './one-try.js';
import { getOne, listRange } from './range.js';
import { fromJson, toJson } from './stored-json.js';
import { type Compare, type Operation } from './transaction.js';

/** How far every generation that counts has folded each partition, and the registry that this was read with. */
export interface FoldedFloors {
  readonly folded: ReadonlyMap<Partition, LogFloor>;
  /** The mod revision of the registry; undefined while there is none. */
  readonly registry: Revision | undefined;
}

/** What the record of a new horizon compares. */
export interface RecordGuard {
  readonly registry: Revision | undefined;
  /** The create revision of the claim on maintenance; undefined for an operator's trim, which needs none. */
  readonly claim: Revision | undefined;
}

/** While there is no generation that counts. */
const nothing: LogFloor = { before: beginning, keepers: [{ kind: 'no generation' }] };

/** Segments that one transaction deletes at most from a lane, so that etcd is never held up for long. */
const mostAtOnce = 1_000;

/** The record and the deletes of retention in etcd. Every method makes one try and rejects only when `signal` aborts. */
export class EtcdTrimStore {
  constructor(
    private readonly client: Etcd3,
    private readonly keys: Keys,
    private readonly partitions: number,
  ) {}

  horizons(signal: AbortSignal): Promise<StoreAnswer<RecordedHorizons>> {
    return oneTry(signal, () => readHorizons(this.client, this.keys, signal, once));
  }

  floors(signal: AbortSignal): Promise<StoreAnswer<FoldedFloors>> {
    return oneTry(signal, async () => {
      const { generations, revision: at } = await readGenerations(this.client, this.keys, signal, once);
      const { stored } = await getOne(this.client, this.keys.projectionRegistry, signal, { at, ...once });
      const folded = new Map<Partition, LogFloor>();
      // What failed, or was active before, is not folded any more and holds nothing back.
      for (const { record } of generations.filter((generation) => isFolded(generation.record))) {
        const reached = await this.checkpoints(record, at, signal);
        const { projection, generation } = record;
        for (const partition of this.everyPartition()) {
          const before = reached.get(partition) ?? beginning;
          const own: LogFloor = { before, keepers: [{ kind: 'generation', projection, generation }] };
          const least = folded.get(partition);
          folded.set(partition, least === undefined ? own : lowerFloor(least, own));
        }
      }
      const known = this.everyPartition().map((partition) => [partition, folded.get(partition) ?? nothing] as const);
      return { folded: new Map(known), registry: stored?.modified };
    });
  }

  private async checkpoints(
    record: Parameters<Keys['checkpointsOf']>[0],
    at: Revision,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<Partition, Revision>> {
    const reached = new Map<Partition, Revision>();
    for await (const page of listRange(this.client, this.keys.checkpointsOf(record), signal, { at, ...once })) {
      if (page.kind === 'compacted') throw new Error('the checkpoints were compacted while they were read');
      for (const stored of page.values) {
        const partition = this.keys.parseModel(stored.key)?.part.partition;
        if (partition !== undefined) reached.set(partition, fromJson(FoldCheckpoint, stored).next);
      }
    }
    return reached;
  }

  private everyPartition(): readonly Partition[] {
    return Array.from({ length: this.partitions }, (_, partition) => partition as Partition);
  }

  /**
   * Writes new horizons in one transaction, which compares the horizons before, the registry and the claim. False when
   * one of them is no longer what it was: nothing was written, or this very record was before its answer was lost.
   */
  record(
    before: RecordedHorizons,
    decided: TrimHorizons,
    { registry, claim }: RecordGuard,
    signal: AbortSignal,
  ): Promise<StoreAnswer<boolean>> {
    const compares = [...decided.keys()].map((partition) => this.horizonIs(partition, before));
    const puts = [...decided].map(([partition, horizon]): Operation => {
      return { kind: 'put', key: this.keys.trimmed(partition), value: toJson(TrimHorizon, horizon) };
    });
    const claimed: Compare[] =
      claim === undefined ? [] : [{ kind: 'created', key: this.keys.maintenanceClaim, revision: claim }];
    return sendGuarded(this.client, [...compares, registryIs(this.keys, registry), ...claimed], puts, signal);
  }

  /**
   * Deletes what lies before the horizons, one range of keys for each lane, a bounded number of segments at a time: the
   * answer says whether more is left. Needs no claim and puts nothing, so that it also works when etcd is full.
   * Compares the registry, and the horizons: what is not recorded, or not any more since etcd has gone back to a backup, is
   * left alone (promises L1, L9). Refused counts as "more is left".
   */
  async deleteBefore(horizons: TrimHorizons, signal: AbortSignal): Promise<StoreAnswer<{ readonly more: boolean }>> {
    const { client, keys } = this;
    const read = await oneTry(signal, async () => {
      const { stored } = await getOne(client, keys.projectionRegistry, signal, once);
      const lanes = lanesOf([...horizons.keys()]);
      const recorded = await readHorizons(client, keys, signal, once);
      return { registry: stored?.modified, recorded, extents: await laneExtents(client, keys, lanes, signal, once) };
    });
    if (read.kind === 'unknown') return read;
    const { registry, recorded, extents } = read.value;
    let more = false;
    for (const partition of horizons.keys()) {
      const cuts = extents
        .filter((extent) => extent.partition === partition)
        .map(({ lane, first, end }) => {
          // The newest stays, whatever a horizon says: it tells where the lane goes on.
          const last = Math.min(
            ...[horizons, recorded.horizons].map((all) => firstKept(all.get(partition), lane)),
            end - 1,
          );
          return { partition, lane, first, last, until: Math.min(last, first + mostAtOnce) };
        })
        .filter(({ first, last }) => first < last);
      if (cuts.length === 0) continue;
      const deletes = cuts.map((cut): Operation => ({ kind: 'delete-range', range: this.rangeOf(cut, cut.until) }));
      const compares = [registryIs(keys, registry), this.horizonIs(partition, recorded)];
      const deleted = await sendGuarded(client, compares, deletes, signal);
      if (deleted.kind === 'unknown') return deleted;
      more ||= !deleted.value || cuts.some(({ last, until }) => until < last);
    }
    return { kind: 'answered', value: { more } };
  }

  private horizonIs(partition: Partition, { modified }: RecordedHorizons): Compare {
    return asItWas(this.keys.trimmed(partition), modified.get(partition));
  }

  private rangeOf(lane: LaneOfPartition, until: number) {
    const key = (sequence: number) => this.keys.segment({ ...lane, sequence: sequence as Sequence });
    return { start: key(0), end: key(until) };
  }
}
