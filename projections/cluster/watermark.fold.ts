import { type ClusterId } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type Revision } from '../../domain/revision.js';
import { type DocumentFold } from '../folding/document-fold.js';
import { DocumentSet, type StateFormat } from '../folding/document-set.js';
import { newestOf } from '../folding/segment-view.js';
import { watermarkDocument, type WatermarkDocument, watermarkPath } from './watermark.document.js';

interface WatermarkState {
  readonly cluster: ClusterId;
  revision: Revision;
  watermark: Instant;
  appended: Instant;
}

const watermarkState: StateFormat<WatermarkState, WatermarkDocument> = {
  format: watermarkDocument,
  pathOf: ({ cluster }) => watermarkPath(cluster),
  fromDocument: (document) => ({ ...document }),
  toDocument: (state) => state,
};

/** Folds how far each cluster's data reaches; see {@link WatermarkDocument}. */
export const watermarkFold = (): DocumentFold => {
  const documents = new DocumentSet<WatermarkState, WatermarkDocument>(watermarkState, ({ cluster }) => cluster);
  return {
    kind: 'watermarks',
    load: (document) => documents.load(document),
    fold: (view, revision) => {
      const { cluster, appendedAt: appended } = view.header;
      const watermark = newestOf(view, view.extremes.seen);
      const known = documents.get(cluster);
      if (watermark === undefined || (known && (known.revision >= revision || watermark < known.watermark))) return;
      const state = known ?? documents.add({ cluster, revision, watermark, appended });
      documents.touch(Object.assign(state, { watermark, appended }), revision);
    },
    take: () => documents.take(),
  };
};
