import assert from 'node:assert/strict';
import { type RunningGateway } from './running-gateway.js';

import { mismatches, type Components, type Schema } from './matches-schema.js';

/** Where a gateway is asked. */
type Asked = Pick<RunningGateway, 'origin'>;

export interface DocumentedParameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly example?: string;
  readonly schema: Schema;
}

export interface DocumentedOperation {
  readonly operationId: string;
  readonly parameters?: readonly DocumentedParameter[];
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { schema: Schema }>> }>>;
}

export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
  readonly components: { readonly schemas: Components };
}

/** The token that a gateway of these tests wants of whoever changes something. */
export const adminToken = 'a token of tests';

/** An operation with the path and the method that it is asked by. */
export type PlacedOperation = DocumentedOperation & { readonly path: string; readonly method: string };

export const operationsIn = ({ paths }: ApiDocument): readonly PlacedOperation[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, path, method })),
  );

export const fetchDocument = async ({ origin }: Asked): Promise<ApiDocument> =>
  (await (await fetch(`${origin}/swagger/swagger.json`)).json()) as ApiDocument;

/** Holds an answer that somebody has got against what the document says of its operation. */
export const assertDocumented = (
  document: ApiDocument,
  { responses }: DocumentedOperation,
  address: string,
  { status, headers, body }: { readonly status: number; readonly headers: Headers; readonly body: unknown },
): void => {
  const documented = responses[String(status)];
  assert.ok(documented, `${address} answered ${status}, which is not documented: ${JSON.stringify(body)}`);
  const [type, { schema }] = Object.entries(documented.content ?? {})[0] ?? assert.fail(`${address}: no content`);
  assert.ok((headers.get('content-type') ?? '').startsWith(type), `${address} is not ${type}`);
  assert.deepEqual(mismatches(body, schema, document.components.schemas), [], address);
};

/** The address of an operation with these values for its parameters. */
export const addressOf = (
  { path, parameters = [] }: PlacedOperation,
  values: Readonly<Record<string, string>>,
): string => {
  const inPath = new Set(parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name));
  const query = new URLSearchParams(Object.entries(values).filter(([name]) => !inPath.has(name)));
  return `${path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''))}?${query.toString()}`;
};

/** Sends a request of an operation and holds the answer against the document. */
export const askAsDocumented = async (
  { origin }: Asked,
  document: ApiDocument,
  operation: PlacedOperation,
  values: Readonly<Record<string, string>>,
): Promise<number> => {
  const { method } = operation;
  const address = addressOf(operation, values);
  const authorization = method === 'post' ? { authorization: `Bearer ${adminToken}` } : {};
  const reply = await ask(`${origin}${address}`, method, authorization);
  assertDocumented(document, operation, address, reply);
  return reply.status;
};

/** An answer with its body: parsed where it is JSON. */
const ask = async (url: string, method: string, authorization: Readonly<Record<string, string>>) => {
  const response = await fetch(url, { method, headers: authorization });
  const { status, headers } = response;
  const isJson = /^application\/(problem\+)?json/.test(headers.get('content-type') ?? '');
  return { status, headers, body: isJson ? await response.json() : await response.text() };
};
