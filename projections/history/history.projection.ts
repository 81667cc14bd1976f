import { type Revision } from '../../domain/revision.js';
import { type Segment } from '../../domain/segment/segment.js';
import { type DocumentChange, type PartitionFold, type Pending, type Projection } from '../projection.js';
import { chunksOfRun } from './chunks-of-run.js';
import { OpenRun } from './open-run.document.js';
import { projectionVersions } from '../versions.document.js';

/** Folds runs of the log into chunks. Nothing is ready before a run ends: its events are read again from the log. */
class HistoryFold implements PartitionFold {
  private run = new OpenRun();
  private through: Revision | undefined;
  private changes: DocumentChange[] = [];
  private ended: Omit<Pending, 'changes'> | undefined;

  /** @param cuts revisions before which a run ends, whatever is in it */
  constructor(private readonly cuts: readonly Revision[]) {}

  fold(segment: Segment, revision: Revision, storedBytes: number): void {
    if (this.through !== undefined && revision <= this.through) return;
    this.through = revision;
    const before = this.run.through;
    if (before !== undefined && this.cuts.some((cut) => before < cut && cut <= revision)) this.end(before);
    this.run.append(segment, revision, storedBytes);
    if (this.run.ended) this.end(revision);
  }

  take(): Pending | undefined {
    const pending = this.ended && { ...this.ended, changes: this.changes };
    this.changes = [];
    this.ended = undefined;
    return pending;
  }

  private end(through: Revision): void {
    for (const change of chunksOfRun(this.run)) this.changes.push(change);
    const segments = (this.ended?.segments ?? 0) + this.run.segments;
    const events = (this.ended?.events ?? 0) + this.run.events;
    this.ended = { through, segments, events };
    this.run = new OpenRun();
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
