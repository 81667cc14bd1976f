import { type Operation } from '../rest/operation.js';
import { schemaOf, type NamedSchemas } from '../schema/schema-of.js';
import { WireProblem } from '../wire/problem.js';
import { describeOperation } from './describe-operation.js';
import { describeProbes } from './describe-probes.js';
import { describeSession } from './describe-session.js';

const description = `Telemetry of GPUs, from the samples of NVIDIA DCGM.

Lists and things come as \`{"success":true,"count":N,"data":…}\`; refusals as problem documents (RFC 9457). Times are
RFC 3339. Every answer says by \`x-telemetry-revision\` from which revision of the log it was given; \`min_revision\`
waits for one. Lists page by \`next_cursor\`.`;

/** The OpenAPI 3.0.3 document of the operations, made from the codecs that check requests and those of the answers. */
export const openApiDocument = (
  operations: readonly Operation[],
  version: string,
): Readonly<Record<string, unknown>> => {
  const names: NamedSchemas = new Map();
  schemaOf(WireProblem, names);
  const paths = operations.map((operation) => {
    return [operation.path, { [operation.method]: describeOperation(operation, names) }] as const;
  });
  const probes = describeProbes(names);
  return {
    openapi: '3.0.3',
    info: {
      title: 'GPU telemetry',
      version,
      description,
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: '/', description: 'This gateway' }],
    tags: ['GPUs', 'Telemetry', 'Health', 'Hosts', 'Clusters', 'Projections', 'Sessions', 'Probes'].map((name) => ({
      name,
    })),
    security: [{}, { readToken: [] }, { session: [] }],
    paths: { ...Object.fromEntries(paths), ...describeSession, ...probes },
    components: {
      schemas: Object.fromEntries(names),
      securitySchemes: {
        readToken: {
          ...{ type: 'http', scheme: 'bearer' },
          description: 'One of what the gateway has as TELEMETRY_READ_TOKEN, if it has any; or the admin token.',
        },
        session: {
          ...{ type: 'apiKey', in: 'cookie', name: 'telemetry_session' },
          description: 'What a browser has got for a read token by POST /session; it only reads.',
        },
        adminToken: { type: 'http', scheme: 'bearer', description: 'What the gateway has as TELEMETRY_ADMIN_TOKEN.' },
      },
    },
  };
};
