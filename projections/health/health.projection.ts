import { partitionFold } from '../folding/document-fold.js';
import { type Projection } from '../projection.js';
import { projectionVersions } from '../versions.document.js';
import { healthFold } from './health.fold.js';

/** Health: what is and was wrong with each device, as episodes that later samples do not overwrite. */
export const healthProjection: Projection = {
  name: 'health',
  version: projectionVersions.health,
  loads: true,
  commits: 'segments',
  open: (_partition, documents) => partitionFold([healthFold()], documents),
};
