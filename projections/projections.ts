import { clusterProjection } from './cluster/cluster.projection.js';
import { healthProjection } from './health/health.projection.js';
import { gpuProjection } from './gpu/gpu.projection.js';
import { historyProjection } from './history/history.projection.js';
import { hostProjection } from './host/host.projection.js';
import { type Projection } from './projection.js';

/** Every projection that collectors fold: a new one is one file and one line here. */
export const projections: readonly Projection[] = [
  gpuProjection,
  hostProjection,
  clusterProjection,
  historyProjection,
  healthProjection,
];
