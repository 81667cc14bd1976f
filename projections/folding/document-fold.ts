import { type Revision } from '../../domain/revision.js';
import { type Segment } from '../../domain/segment/segment.js';
import { type DocumentChange, type PartitionFold, type Pending, type StoredDocument } from '../projection.js';
import { type SegmentView, viewOf } from './segment-view.js';

/** The fold of one kind of document in one partition. */
export interface DocumentFold {
  /** The first part of the path of its documents. */
  readonly kind: string;
  load(document: StoredDocument): void;
  fold(view: SegmentView, revision: Revision): void;
  /** The documents changed since it was last asked. */
  take(): DocumentChange[];
}

const load = (folds: readonly DocumentFold[], documents: Iterable<StoredDocument>): void => {
  for (const document of documents) {
    const fold = folds.find(({ kind }) => kind === document.path[0]);
    if (!fold) throw new Error(`no fold knows the document ${document.path.join('/')}`);
    fold.load(document);
  }
};

/** A partition's fold from those of its kinds of document: counts what a commit covers and skips what was folded. */
export const partitionFold = (folds: readonly DocumentFold[], documents: Iterable<StoredDocument>): PartitionFold => {
  load(folds, documents);
  let through: Revision | undefined;
  let [segments, events] = [0, 0];
  return {
    fold: (segment: Segment, revision: Revision) => {
      if (through !== undefined && revision <= through) return;
      const view = viewOf(segment);
      for (const fold of folds) fold.fold(view, revision);
      through = revision;
      segments++;
      events += segment.samples.values.length;
    },
    take: (): Pending | undefined => {
      if (through === undefined || segments === 0) return undefined;
      const pending = { changes: folds.flatMap((fold) => fold.take()), through, segments, events };
      [segments, events] = [0, 0];
      return pending;
    },
  };
};
