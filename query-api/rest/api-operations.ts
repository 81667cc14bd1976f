import { type Gateway } from '../queries/gateway.js';
import { clusterOperations } from './cluster-operations.js';
import { gpuOperations } from './gpu-operations.js';
import { hostOperations } from './host-operations.js';
import { type Operation } from './operation.js';
import { projectionOperations } from './projection-operations.js';
import { telemetryOperations } from './telemetry-operations.js';

/** Every row of the REST API. */
export const apiOperations = (gateway: Gateway): readonly Operation[] => [
  ...gpuOperations(gateway),
  ...telemetryOperations(gateway),
  ...hostOperations(gateway),
  ...clusterOperations(gateway),
  ...projectionOperations(gateway),
];
