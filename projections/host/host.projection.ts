import { partitionFold } from '../folding/document-fold.js';
import { type Projection } from '../projection.js';
import { hostFold } from './host.fold.js';

/** Hosts: their devices by index, how far their data reaches, their metrics over the last two minutes. */
export const hostProjection: Projection = {
  name: 'host',
  version: 1,
  loads: true,
  commits: 'segments',
  open: (_partition, documents) => partitionFold([hostFold()], documents),
};
