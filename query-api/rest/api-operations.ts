import { type Gateway } from '../queries/gateway.js';
import { type AnswerCache } from './answer-cache.js';
import { clusterOperations } from './cluster-operations.js';
import { gpuOperations } from './gpu-operations.js';
import { healthOperations } from './health-operations.js';
import { hostOperations } from './host-operations.js';
import { type Operation } from './operation.js';
import { projectionOperations } from './projection-operations.js';
import { telemetryOperations } from './telemetry-operations.js';

/** Every row of the REST API. */
export const apiOperations = (gateway: Gateway, cache: AnswerCache): readonly Operation[] => [
  ...gpuOperations(gateway, cache),
  ...telemetryOperations(gateway, cache),
  ...healthOperations(gateway, cache),
  ...hostOperations(gateway, cache),
  ...clusterOperations(gateway, cache),
  ...projectionOperations(gateway),
];
