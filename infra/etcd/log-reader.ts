import { type Etcd3 } from 'etcd3';
import { type Partition } from '../../domain/ids.js';
import { type LogBatch, type LogEntry, type LogReader, type LogScope, LogTrimmed } from '../../domain/log-entry.js';
import { standInFor } from '../../domain/quarantine.js';
import { beginning, next, previous, type Revision } from '../../domain/revision.js';
import { firstKept, type TrimHorizons } from '../../domain/trim-horizon.js';
import { type StoreFailure } from '../../domain/store-answer.js';
import { isCompacted } from './failure.js';
import { follow, type FollowOptions } from './follow.js';
import { frontierAt } from './frontier-at.js';
import { horizonsAt, readHorizons } from './horizons.js';
import { type Keys, type LogPlace } from './keys.js';
import { readExtents } from './lane-extents.js';
import { type LaneFrontier, type LaneOfPartition, lanesOf } from './lane-frontier.js';
import { logEntry } from './lane-pages.js';
import { listLog } from './list-log.js';
import { awaitQuarantine, readQuarantines } from './quarantine-store.js';
import { compactedOrThrow, headRevision } from './range.js';
import { HistoryRolledBack } from './rolled-back.js';
import { type Change } from './whole-revisions.js';
import { putOnce, type Witness } from './witness.js';

/** The log in etcd, read by listing and then watching (promise P5). */
export class EtcdLogReader implements LogReader {
  /** The newest segment that was handed on, of whatever reading: a new one looks whether etcd still has it. */
  #newest: Witness | undefined;

  /** @param partitions how many the log has, from its identity */
  constructor(
    private readonly client: Etcd3,
    private readonly keys: Keys,
    private readonly partitions: number,
    private readonly options: FollowOptions = {},
  ) {}

  head(signal: AbortSignal): Promise<Revision> {
    return headRevision(this.client, signal, this.patience);
  }

  async *follow(scope: LogScope, from: Revision, signal: AbortSignal): AsyncGenerator<LogBatch, void, undefined> {
    yield* untilAborted(this.passing(this.followOn(scope, from, signal), signal), signal);
  }

  async *list(
    scope: LogScope,
    from: Revision,
    to: Revision,
    signal: AbortSignal,
    gaps: 'left out' | 'refused' = 'left out',
  ): AsyncGenerator<LogBatch, void, undefined> {
    yield* untilAborted(this.passing(this.listTo(scope, from, to, gaps, signal), signal), signal);
  }

  passedBy(entry: LogPlace, signal: AbortSignal): Promise<void> {
    return awaitQuarantine(this.client, this.keys, entry, signal);
  }

  /** Gives stand-ins for what is passed by as the reading begins. */
  private async *passing(batches: AsyncGenerator<LogBatch>, signal: AbortSignal): AsyncGenerator<LogBatch> {
    const quarantined = await readQuarantines(this.client, this.keys, signal, this.patience);
    for await (const batch of batches) {
      const passes = quarantined.size > 0 && batch.entries.some(({ key }) => quarantined.has(key));
      if (!passes) yield batch;
      else yield { ...batch, entries: batch.entries.map((one) => (quarantined.has(one.key) ? standInFor(one) : one)) };
    }
  }

  private get patience(): { readonly onFailure?: (failure: StoreFailure) => void } {
    const { onFailure } = this.options;
    return onFailure ? { onFailure } : {};
  }

  private async *listTo(
    scope: LogScope,
    from: Revision,
    to: Revision,
    gaps: 'left out' | 'refused',
    signal: AbortSignal,
  ): AsyncGenerator<LogBatch> {
    const head = await this.head(signal);
    if (head < to) throw new HistoryRolledBack(to, head);
    const frontier = await this.frontier(scope, from, to, signal);
    const horizons = await this.horizonsAsOf(to, signal);
    const trimmed = this.partitionsOf(scope).find((partition) => (horizons.get(partition)?.from ?? from) > from);
    if (gaps === 'refused' && trimmed !== undefined)
      throw new LogTrimmed(`the log of partition ${String(trimmed)} was trimmed behind revision ${String(from)}`);
    raise(frontier, horizons);
    yield* this.listed(frontier, to, to, signal);
  }

  private async *followOn(scope: LogScope, from: Revision, signal: AbortSignal): AsyncGenerator<LogBatch> {
    const begun = await this.head(signal);
    if (next(begun) < from) throw new HistoryRolledBack(previous(from), begun);
    const frontier = await this.frontier(scope, from, begun, signal);
    raise(frontier, (await readHorizons(this.client, this.keys, signal, this.patience)).horizons);
    for (let head = begun; ; head = await this.head(signal)) {
      yield* this.listed(frontier, head, begun, signal);
      yield* this.watched(scope, frontier, head, signal);
      if (signal.aborted) return;
    }
  }

  /** Where reading begins; the revision to search at may be compacted before the search ends. */
  private async frontier(scope: LogScope, from: Revision, at: Revision, signal: AbortSignal): Promise<LaneFrontier> {
    const lanes = lanesOf(this.partitionsOf(scope));
    for (let pin = at; ; pin = await this.head(signal)) {
      try {
        return await frontierAt(this.client, this.keys, lanes, from, pin, signal);
      } catch (error) {
        if (!isCompacted(error)) throw error;
      }
    }
  }

  /**
   * The horizons as they were at a revision, so that a listing agrees with whatever else was read at it; those of now
   * where it has been compacted.
   */
  private async horizonsAsOf(at: Revision, signal: AbortSignal): Promise<TrimHorizons> {
    const { client, keys, patience } = this;
    const then = await horizonsAt(client, keys, signal, { ...patience, at }).catch(compactedOrThrow);
    if (then !== 'compacted' && then !== undefined) return then.horizons;
    return (await readHorizons(client, keys, signal, patience)).horizons;
  }

  private async *listed(
    frontier: LaneFrontier,
    to: Revision,
    begun: Revision,
    signal: AbortSignal,
  ): AsyncGenerator<LogBatch> {
    for await (const entries of listLog(this.client, this.keys, frontier, to, signal)) {
      const { revision: through } = entries.at(-1)!;
      this.#see(entries);
      yield { entries, through, live: through >= begun };
    }
    yield { entries: [], through: to, live: true };
  }

  /** Follows the log from behind `listed` until it must be listed again. */
  private async *watched(
    scope: LogScope,
    frontier: LaneFrontier,
    listed: Revision,
    signal: AbortSignal,
  ): AsyncGenerator<LogBatch> {
    const range = scope.kind === 'everything' ? this.keys.log : this.keys.logOfPartition(scope.partition);
    let through = listed;
    for await (const item of follow(this.client, range, next(listed), signal, {
      ...this.options,
      seen: this.#newest,
    })) {
      if (item.kind === 'compacted') return;
      if (item.kind === 'quiet') {
        const seen = item.head > through ? await this.allHandedOn(frontier, signal) : undefined;
        if (seen === undefined || seen <= through) continue;
        through = seen;
        yield { entries: [], through, live: true };
        continue;
      }
      const entries = this.entriesOf(item.changes);
      // A lane is dense: a gap means that something was missed, and a list finds it.
      if (!frontier.isJoinedBy(entries)) return;
      for (const entry of entries) frontier.handedOn(entry);
      this.#see(entries);
      ({ through } = item);
      yield { entries, through, live: true };
    }
  }

  /** Entries of whole revisions, in the order of the log. */
  #see(entries: readonly LogEntry[]): void {
    const last = entries.at(-1);
    if (last && last.revision > (this.#newest?.modified ?? beginning)) this.#newest = putOnce(last.key, last.revision);
  }

  private entriesOf(changes: readonly Change[]): readonly LogEntry[] {
    return changes
      .map(({ stored }) => (stored?.version === 1n ? logEntry(this.keys, stored) : undefined))
      .filter((entry) => entry !== undefined);
  }

  /**
   * A revision up to which everything has been handed on: that of a read which finds nothing behind the frontier in any
   * lane. etcd's own progress answers cannot be trusted with it, because older versions let them overtake events.
   */
  private async allHandedOn(frontier: LaneFrontier, signal: AbortSignal): Promise<Revision | undefined> {
    const from = (lane: LaneOfPartition) => frontier.nextOf(lane);
    const options = { ...this.patience, from };
    const { extents, revision } = await readExtents(this.client, this.keys, frontier.lanes, signal, options);
    return extents.every(({ first, end }) => first === end) ? revision : undefined;
  }

  private partitionsOf(scope: LogScope): readonly Partition[] {
    if (scope.kind === 'partition') return [scope.partition];
    return Array.from({ length: this.partitions }, (_, partition) => partition as Partition);
  }
}

/** What lies before the horizons is not handed on. */
const raise = (frontier: LaneFrontier, horizons: TrimHorizons): void => {
  for (const lane of frontier.lanes) {
    const kept = firstKept(horizons.get(lane.partition), lane.lane);
    if (kept > frontier.nextOf(lane)) frontier.set(lane, kept);
  }
};

/** Ends quietly when the signal has aborted, whatever was under way. */
async function* untilAborted<T>(items: AsyncGenerator<T>, signal: AbortSignal): AsyncGenerator<T, void, undefined> {
  try {
    for await (const item of items) {
      if (signal.aborted) return;
      yield item;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
