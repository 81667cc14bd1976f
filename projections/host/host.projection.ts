import { partitionFold } from '../folding/document-fold.js';
import { type Projection } from '../projection.js';
import { hostFold } from './host.fold.js';
import { projectionVersions } from '../versions.document.js';

/** Hosts: their devices by index, how far their data reaches, their metrics over the last two minutes. */
export const hostProjection: Projection = {
  name: 'host',
  version: projectionVersions.host,
  loads: true,
  commits: 'segments',
  open: (_partition, documents) => partitionFold([hostFold()], documents),
};
