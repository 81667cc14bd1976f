import { partitionFold } from '../folding/document-fold.js';
import { type Projection } from '../projection.js';
import { minuteFold } from './minute.fold.js';
import { watermarkFold } from './watermark.fold.js';
import { projectionVersions } from '../versions.document.js';

/** Clusters: how far their data reaches, and their metrics by minute. */
export const clusterProjection: Projection = {
  name: 'cluster',
  version: projectionVersions.cluster,
  loads: true,
  commits: 'segments',
  open: (_partition, documents, minutesFrom) => partitionFold([watermarkFold(), minuteFold(minutesFrom)], documents),
};
