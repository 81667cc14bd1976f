import { type Parameter, type Parameters } from '../parameters/parameter.js';
import { type Operation } from '../rest/operation.js';
import { type JsonSchema } from '../schema/json-schema.js';
import { schemaOf, type NamedSchemas } from '../schema/schema-of.js';

const parameter = (
  name: string,
  where: 'path' | 'query',
  { description, accepted, schema, example }: Parameter<unknown>,
) => ({
  name,
  in: where,
  required: where === 'path',
  description: `${description} Accepted: ${accepted}.`,
  schema,
  ...(example === undefined ? {} : { example }),
});

const parameters = (all: Parameters, where: 'path' | 'query'): readonly unknown[] =>
  Object.entries(all).flatMap(([name, one]) => [
    parameter(name, where, one),
    ...(one.aliases ?? []).map((alias) =>
      parameter(alias, where, { ...one, description: `The same as \`${name}\`; give one of them.` }),
    ),
  ]);

const header = (description: string, schema: JsonSchema = { type: 'string' }) => ({ description, schema });

/** What every answer of the API says beside its body. */
const answerHeaders = {
  'x-telemetry-revision': header('The revision of the log that this was answered from.'),
  'x-telemetry-stopped-partitions': header(
    'Partitions of the log that a damaged segment has stopped, by number, separated by commas; absent when none is.',
  ),
  'x-telemetry-old-since': header(
    'Since when etcd has not answered, when that is more than 10 s: the answer is as of then. RFC 3339.',
    { type: 'string', format: 'date-time' },
  ),
  'x-telemetry-deleted-to': header(
    'Of telemetry: samples that were observed up to this time may have been deleted, as retention does with the oldest, ' +
      'and the query asks for some of that time; absent where nothing that it asks for was. RFC 3339.',
    { type: 'string', format: 'date-time' },
  ),
  ETag: header('Names this answer; sent back in If-None-Match it spares sending it again.'),
};

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});

const retry = { 'Retry-After': header('Seconds after which to try again.', { type: 'integer', minimum: 0 }) };

const done = ({ method, summary, body }: Operation, names: NamedSchemas) => ({
  [method === 'post' ? '202' : '200']: {
    description: summary,
    headers: answerHeaders,
    content: { 'application/json': { schema: schemaOf(body, names) } },
  },
});

const unauthorized = (description: string) => ({
  '401': { ...problem(description), headers: { 'WWW-Authenticate': header('How to authenticate.') } },
});

/** What only reading can be answered with. */
const ofReading = {
  ...unauthorized('The gateway wants a read token, and it is missing, or another.'),
  '304': { description: 'Not modified: the client has it already (If-None-Match).' },
};

/** What only changes can be answered with. */
const refusals = {
  ...unauthorized('The admin token is missing, or another.'),
  '403': problem('The gateway was started without an admin token.'),
  '409': problem('It cannot be done as things are.'),
  '413': problem('There is more of a body than is looked at; none is needed.'),
};

/** An operation as OpenAPI describes it. */
export const describeOperation = (operation: Operation, names: NamedSchemas): unknown => ({
  operationId: operation.id,
  tags: [operation.tag],
  summary: operation.summary,
  description: operation.description,
  parameters: [...parameters(operation.pathParameters, 'path'), ...parameters(operation.queryParameters, 'query')],
  ...(operation.method === 'post' ? { security: [{ adminToken: [] }] } : {}),
  responses: {
    ...done(operation, names),
    ...(operation.method === 'post' ? refusals : ofReading),
    '400': problem('A parameter is not acceptable, or the cursor has expired (cursor_expired).'),
    ...(Object.keys(operation.pathParameters).length > 0 ? { '404': problem('There is no such thing.') } : {}),
    ...('agg' in operation.queryParameters
      ? {
          '422': problem('A step over a longer time than the gateway looks at for one answer: see --max-history-span.'),
        }
      : {}),
    '421': problem('The gateway is not asked by this name: see --allowed-host.'),
    '429': { ...problem('More requests than one client may send; ask again later.'), headers: retry },
    '503': {
      ...problem('Not yet: still loading, min_revision was not reached in time, or history cannot be read.'),
      headers: retry,
    },
  },
});
