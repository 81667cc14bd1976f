import { type Partition } from '../../domain/ids.js';
import { type LoggedSegment } from '../../projections/plain/plain-fold.js';
import {
  type PartitionFold,
  type Pending,
  type Projection,
  type StoredDocument,
} from '../../projections/projection.js';

const partition = 3 as Partition;

/** What happens after a segment was folded; `torn` is a commit of which only the first documents land. */
export type Step =
  | { readonly kind: 'go on' }
  | { readonly kind: 'commit' }
  | { readonly kind: 'crash' }
  | { readonly kind: 'torn'; readonly landed: number };

/** A partition of a read model under its collector: commits, crashes and reloads as the store would see them. */
export class ReadModel {
  private readonly stored = new Map<string, StoredDocument>();
  private next = 0n;
  private fold: PartitionFold;
  segments = 0;
  events = 0;

  constructor(private readonly projection: Projection) {
    this.fold = projection.open(partition, []);
  }

  documents(): StoredDocument[] {
    return [...this.stored.values()];
  }

  /** Folds the log to its end, however often it has to start again from its checkpoint. */
  run(log: readonly LoggedSegment[], steps: readonly Step[]): this {
    const plan = [...steps];
    for (let at = 0; at < log.length;) {
      const { segment, revision, storedBytes } = log[at]!;
      this.fold.fold(segment, revision, storedBytes);
      const crashed = this.step(plan.shift() ?? { kind: 'go on' });
      at = crashed ? log.findIndex((logged) => logged.revision >= this.next) : at + 1;
      // The whole log had been committed when the crash came.
      if (at < 0) break;
    }
    this.commit(this.fold.take());
    return this;
  }

  private step(step: Step): boolean {
    if (step.kind === 'commit') this.commit(this.fold.take());
    if (step.kind === 'torn') this.land(this.fold.take(), step.landed);
    const crashed = step.kind === 'crash' || step.kind === 'torn';
    if (crashed) this.fold = this.projection.open(partition, this.projection.loads ? this.documents() : []);
    return crashed;
  }

  private commit(pending: Pending | undefined): void {
    if (!pending) return;
    this.land(pending, Infinity);
    this.next = pending.through + 1n;
    this.segments += pending.segments;
    this.events += pending.events;
  }

  private land(pending: Pending | undefined, documents: number): void {
    for (const { path, value } of pending?.changes.slice(0, documents) ?? []) {
      if (value) this.stored.set(JSON.stringify(path), { path, value: Buffer.from(value) });
      else this.stored.delete(JSON.stringify(path));
    }
  }
}
