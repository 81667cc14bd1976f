import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { ArchiveUnreadable } from '../../domain/archive-held.js';
import { type StoppedPartition } from '../../domain/collector-announcement.js';
import { type Partition } from '../../domain/ids.js';
import { type LogEntry, LogTrimmed } from '../../domain/log-entry.js';
import { lower } from '../../domain/revision.js';
import { type Segment } from '../../domain/segment/segment.js';
import { Backlog } from './backlog.js';
import { commitPartition, type CommittingEnd, type ReportFailure } from './commit-partition.js';
import { logFor } from './log-for.js';
import { type OwnedPart } from './owned-part.js';
import { readPartition } from './read-partition.js';
import { type Slot } from './slots.js';
import { type Surroundings } from './surroundings.js';

/** Between two tries to read an archive that was not there. */
const archiveAgainMs = 1_000;

/**
 * Folds one partition for all of its parts, reading it once from the least of their checkpoints, until `stop` aborts or
 * a commit is refused. At a segment that cannot be read it commits what came before and waits until it is passed by.
 * `hard` ends it without finishing the commit under way. Throws what following the log throws: history was rolled back.
 */
export const foldPartition = async (
  around: Surroundings,
  slot: Pick<Slot, 'partition' | 'isBuild'>,
  parts: readonly OwnedPart[],
  stop: AbortSignal,
  hard: AbortSignal,
): Promise<CommittingEnd> => {
  const work = new FoldingWork(around, slot, parts);
  const detach = around.counters.attach(work);
  const end = new AbortController();
  const ending = AbortSignal.any([stop, hard, end.signal]);
  try {
    const committing = work.commit(ending, hard).finally(() => end.abort());
    const reading = work.read(ending);
    reading.catch(() => end.abort());
    // Both have ended before either's failure is told: nothing of this work goes on behind the next one's back.
    const [, read] = await Promise.allSettled([committing, reading]);
    if (read.status === 'rejected') {
      // Retention waits for every owner: whoever is overtaken by it owns this no more, as its next commit would show.
      if (read.reason instanceof LogTrimmed) return { kind: 'fenced', reason: read.reason.message };
      throw read.reason;
    }
    return await committing;
  } finally {
    detach();
  }
};

/** Reading and committing side by side, and what came of it. */
class FoldingWork {
  readonly backlog = new Backlog();
  stops: readonly StoppedPartition[] = [];
  /** Of the log, as it was when reading began. */
  #isNearEnd = false;
  readonly #preparing = new Set<OwnedPart>();

  constructor(
    private readonly around: Surroundings,
    private readonly slot: Pick<Slot, 'partition' | 'isBuild'>,
    private readonly parts: readonly OwnedPart[],
  ) {
    // What it has ready follows from what was read before: nothing that is read now would have it committed.
    if (parts.some(({ isResumed }) => isResumed)) this.backlog.add(0, 0);
    for (const part of parts) if (part.failure !== undefined) this.report([part], 'its read model', part.failure, true);
  }

  private get partition(): Partition {
    return this.slot.partition;
  }

  /** Until the signal aborts. An archive that turns out to be damaged ends the build that it is read for. */
  async read(signal: AbortSignal): Promise<void> {
    const precedes = this.slot.isBuild ? () => undefined : this.around.precedence.begin();
    const caughtUp = (): void => {
      this.#isNearEnd = true;
      precedes();
    };
    try {
      while ((await this.#readArchived(caughtUp, signal)) === 'archive away')
        await pause(archiveAgainMs, undefined, { signal }).catch(() => undefined);
    } finally {
      caughtUp();
    }
  }

  async #readArchived(caughtUp: () => void, signal: AbortSignal): Promise<'ended' | 'archive away'> {
    try {
      await this.#readOn(caughtUp, signal);
    } catch (error) {
      if (!(error instanceof ArchiveUnreadable)) throw error;
      if (!error.isDamaged) {
        const { counters, notice } = this.around;
        const waits = `${this.#names} waits for its archive: ${error.message}`;
        if (!signal.aborted && counters.waitsFor(waits)) notice(`Partition ${String(this.partition)} of ${waits}`);
        return 'archive away';
      }
      this.report(this.parts, 'its archive', error.message, true);
      if (!signal.aborted) await once(signal, 'abort');
    }
    return 'ended';
  }

  get #names(): string {
    return this.parts.map(({ claim }) => claim.part.projection).join(', ');
  }

  /** At a segment that cannot be read it waits until that is passed by (promise L6). */
  async #readOn(caughtUp: () => void, signal: AbortSignal): Promise<void> {
    const { decode, notice, precedence } = this.around;
    const turns = { caughtUp, rest: () => precedence.rest(this.slot.isBuild, signal) };
    // Builds that are read together need the same archive, and nothing else does.
    const log = logFor(this.around, this.parts.find(({ archived }) => archived !== undefined)?.archived);
    const fold = (segment: Segment, entry: LogEntry): void => {
      this.fold(segment, entry);
      this.#prepare(signal);
    };
    const { partition, backlog } = this;
    const reading = { log, partition, decode, backlog, fold, turns };
    this.#prepare(signal);
    while (!signal.aborted) {
      const from = this.parts.map(({ wanted }) => wanted).reduce(lower);
      const ended = await readPartition(reading, from, signal);
      if (ended.kind !== 'stopped') return;
      caughtUp();
      const { key } = ended.entry;
      this.report(this.parts, key, ended.reason, false);
      await log.passedBy(ended.entry, signal);
      this.stops = this.stops.filter((stop) => stop.key !== key);
      if (!signal.aborted) notice(`Partition ${String(partition)} goes on behind ${key}, which is passed by.`);
    }
  }

  #prepare(signal: AbortSignal): void {
    for (const part of this.parts) {
      if (!part.isPreparing || this.#preparing.has(part)) continue;
      this.#preparing.add(part);
      void this.around.chores.add(() => this.#prepareMore(part), signal);
    }
  }

  /** True while more is left. */
  #prepareMore(part: OwnedPart): boolean {
    const failure = part.prepare();
    if (failure !== undefined) this.report([part], 'its read model', failure, true);
    if (part.isPreparing) return true;
    this.#preparing.delete(part);
    // Nothing more need be read for it to be committed.
    this.backlog.add(0, 0);
    return false;
  }

  commit(stop: AbortSignal, hard: AbortSignal): Promise<CommittingEnd> {
    const { counters, notice } = this.around;
    const report: ReportFailure = (parts, key, reason) => this.report(parts, key, reason, true);
    const waits = (reason: string) => {
      if (counters.waitsFor(`etcd does not take commits: ${reason}`)) notice(`Commits are repeated: ${reason}`);
    };
    const isFarBehind = (): boolean => this.slot.isBuild && !this.#isNearEnd && !this.backlog.isFull;
    const { parts, backlog } = this;
    return commitPartition({ parts, backlog, counters, isFarBehind, report, waits }, stop, hard);
  }

  private fold(segment: Segment, entry: LogEntry): void {
    // What is read again for one part alone, such as history's open run, was counted before.
    const isNew = this.parts.every(({ wanted }) => wanted <= entry.revision);
    if (isNew) this.around.counters.events += segment.header.events;
    for (const part of this.parts) {
      const folds = part.failure === undefined && part.wanted <= entry.revision;
      const failure = part.fold(segment, entry);
      if (failure !== undefined) this.report([part], entry.key, failure, true);
      else if (folds) this.around.counters.folded(part.claim.part, segment.header.events);
    }
  }

  /** @param broken whether the fold is at fault */
  private report(parts: readonly OwnedPart[], key: string, reason: string, broken: boolean): void {
    const { partition } = this;
    const stopped = parts.map(({ claim }) => claim.part);
    const names = stopped.map(({ projection }) => projection);
    const stops = stopped.map(({ projection, generation }) => ({
      projection,
      generation,
      partition,
      key,
      reason,
      broken,
    }));
    this.stops = [...this.stops, ...stops];
    this.around.notice(
      `Partition ${String(partition)} of ${names.join(', ')} has stopped at ${key}: ${reason}. The others go on.`,
    );
  }
}
