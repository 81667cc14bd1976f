import { ProjectionName, projectionNames } from '../../domain/generation.js';
import { choice } from '../parameters/choice.js';
import { projectionName } from '../parameters/projection-name.js';
import { type Gateway } from '../queries/gateway.js';
import { listOf, oneOf } from '../wire/envelope.js';
import { WireBuild, WireProjection } from '../wire/projection.js';
import { notFound, Problem } from '../http/problem.js';
import { operation, type Operation } from './operation.js';

const trimmed = (reason: string): Problem =>
  new Problem({ code: 'not-possible', status: 409, title: 'Not possible', detail: `${reason}. Nothing was changed.` });

const partial = choice(
  ['false', 'true'],
  'Whether to build from what the log still has, when its old end has been trimmed.',
  'false',
);

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
  operation(gateway, {
    id: 'resetProjection',
    path: '/api/v1/projections/{name}/reset',
    method: 'post',
    tag: 'Projections',
    summary: 'Build a projection anew',
    description:
      'Collectors build a new generation from the log beside the one that queries answer from, and switch when it has ' +
      `caught up; GET /api/v1/projections shows how far it is. Where the old end of the log has been deleted they build it ` +
      'from the archive that they were started with, if that reaches back to the beginning; else the answer is 409 with ' +
      `what is missing, unless it is to be partial. Projections: ${projectionNames.join(', ')}.`,
    pathParameters: { name: projectionName },
    queryParameters: { partial },
    body: oneOf(WireBuild),
    handle: async ({ path: { name }, query, signal }) => {
      if (!ProjectionName.is(name)) throw notFound('projection', name);
      const outcome = await gateway.resetProjection(name, query.partial === 'true', signal);
      if (outcome.kind === 'refused') throw trimmed(outcome.reason);
      const { version, generation } = outcome;
      const build = { name, version, generation: String(generation), state: 'building', partial: outcome.partial };
      return { kind: 'one', data: build };
    },
  }),
];
