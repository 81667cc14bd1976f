import { type Revision } from '../../domain/revision.js';
import { type Segment } from '../../domain/segment/segment.js';
import {
  type DocumentChange,
  type GradualFold,
  type PartitionFold,
  type Pending,
  type Projection,
} from '../projection.js';
import { chunksOfRun } from './chunks-of-run.js';
import { OpenRun } from './open-run.document.js';
import { projectionVersions } from '../versions.document.js';

/** Events of an ended run whose chunks are made at a time: some milliseconds. */
const pieceEvents = 16_384;

/** A run whose chunks are being made. */
class EndedRun {
  readonly changes: DocumentChange[] = [];
  readonly covers: Omit<Pending, 'changes'>;
  private readonly chunks: ReturnType<typeof chunksOfRun>;

  constructor(run: OpenRun, through: Revision) {
    this.covers = { through, segments: run.segments, events: run.events };
    this.chunks = chunksOfRun(run);
  }

  /** Makes chunks of so many events, or a few more; true when all are made. */
  prepare(events: number): boolean {
    for (let made = 0; made < events;) {
      const next = this.chunks.next();
      if (next.done) return true;
      for (const change of next.value.changes) this.changes.push(change);
      made += next.value.events;
    }
    return false;
  }
}

/**
 * Folds runs of the log into chunks. Nothing is ready before a run ends: its events are read again from the log. The runs
 * of all partitions of a steady stream end together, so their chunks are made a piece at a time.
 */
class HistoryFold implements PartitionFold {
  readonly gradual: GradualFold;
  private run = new OpenRun();
  private through: Revision | undefined;
  private preparing: EndedRun | undefined;
  private ready: Pending | undefined;

  /** @param cuts revisions before which a run ends, whatever is in it */
  constructor(private readonly cuts: readonly Revision[]) {
    const isPreparing = (): boolean => this.preparing !== undefined;
    this.gradual = {
      get isPreparing() {
        return isPreparing();
      },
      prepare: () => this.prepare(pieceEvents),
      take: () => this.takeReady(),
    };
  }

  fold(segment: Segment, revision: Revision, storedBytes: number): void {
    if (this.through !== undefined && revision <= this.through) return;
    this.through = revision;
    const before = this.run.through;
    if (before !== undefined && this.cuts.some((cut) => before < cut && cut <= revision)) this.end(before);
    this.run.append(segment, revision, storedBytes);
    if (this.run.ended) this.end(revision);
  }

  take(): Pending | undefined {
    this.prepare(Infinity);
    return this.takeReady();
  }

  private takeReady(): Pending | undefined {
    const { ready } = this;
    this.ready = undefined;
    return ready;
  }

  /** A small run is ready at once. */
  private end(through: Revision): void {
    this.prepare(Infinity);
    this.preparing = new EndedRun(this.run, through);
    this.run = new OpenRun();
    this.prepare(pieceEvents);
  }

  private prepare(events: number): void {
    if (!this.preparing?.prepare(events)) return;
    const { covers, changes } = this.preparing;
    this.preparing = undefined;
    this.ready = {
      changes: this.ready ? [...this.ready.changes, ...changes] : changes,
      through: covers.through,
      segments: (this.ready?.segments ?? 0) + covers.segments,
      events: (this.ready?.events ?? 0) + covers.events,
    };
  }
}

/** Every sample of every device, in compressed chunks, one or a few of them per device and run of its partition's log. */
export const historyProjection: Projection = {
  name: 'history',
  version: projectionVersions.history,
  loads: false,
  commits: 'ended runs',
  open: (_partition, _documents, _minutesFrom, cuts = []) => new HistoryFold(cuts),
};
