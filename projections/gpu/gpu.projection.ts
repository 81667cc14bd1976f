import { partitionFold } from '../folding/document-fold.js';
import { type Projection } from '../projection.js';
import { deviceFold } from './device.fold.js';
import { latestFold } from './latest.fold.js';
import { projectionVersions } from '../versions.document.js';

/** Devices: who they are, and the latest value of every metric of each. */
export const gpuProjection: Projection = {
  name: 'gpu',
  version: projectionVersions.gpu,
  loads: true,
  commits: 'segments',
  open: (_partition, documents) => partitionFold([deviceFold(), latestFold()], documents),
};
