import { type Gateway } from '../queries/gateway.js';
import { listOf } from '../wire/envelope.js';
import { WireProjection } from '../wire/projection.js';
import { operation, type Operation } from './operation.js';

export const projectionOperations = (gateway: Gateway): readonly Operation[] => [
  operation(gateway, {
    id: 'listProjections',
    path: '/api/v1/projections',
    tag: 'Projections',
    summary: 'How far each projection is',
    description: 'Every generation of every projection, as `telemetry projections list --json` shows it.',
    pathParameters: {},
    queryParameters: {},
    body: listOf(WireProjection),
    handle: async ({ signal }) => ({ kind: 'list', data: await gateway.projections(signal), nextCursor: undefined }),
  }),
];
