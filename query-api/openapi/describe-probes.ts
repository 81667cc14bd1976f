import { schemaOf, type NamedSchemas } from '../schema/schema-of.js';
import { WireChecks, WireHealth } from '../wire/gateway-health.js';

const json = (schema: unknown) => ({ 'application/json': { schema } });

/** The routes beside the API, as OpenAPI describes them. */
export const describeProbes = (names: NamedSchemas): Readonly<Record<string, unknown>> => {
  const health = schemaOf(WireHealth, names);
  const ready = schemaOf(WireChecks, names);
  const status = {
    type: 'object',
    properties: { status: { type: 'string', description: 'ok.' } },
    required: ['status'],
  };
  return {
    '/health': {
      get: {
        operationId: 'getHealth',
        tags: ['Probes'],
        security: [],
        summary: 'How the gateway is',
        description: 'Not enveloped.',
        responses: {
          '200': { description: 'Healthy or degraded', content: json(health) },
          '503': { description: 'Unhealthy', content: json(health) },
        },
      },
    },
    '/metrics': {
      get: {
        operationId: 'getMetrics',
        tags: ['Probes'],
        security: [],
        summary: 'Figures for Prometheus',
        responses: {
          '200': {
            description: 'In the text format of Prometheus',
            content: { 'text/plain': { schema: { type: 'string' } } },
          },
        },
      },
    },
    '/livez': {
      get: {
        operationId: 'getLive',
        tags: ['Probes'],
        security: [],
        summary: 'Whether the process answers',
        responses: { '200': { description: 'It does', content: json(status) } },
      },
    },
    '/readyz': {
      get: {
        operationId: 'getReady',
        tags: ['Probes'],
        security: [],
        summary: 'Whether to send requests here',
        responses: {
          '200': { description: 'Ready', content: json(ready) },
          '503': { description: 'Not ready', content: json(ready) },
        },
      },
    },
  };
};
