import assert from 'node:assert/strict';
import { type ApiDocument, type DocumentedOperation, operationsIn, type PlacedOperation } from './api-document.js';
import { mismatches } from './matches-schema.js';

export interface DocumentedReply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Holds an answer that somebody has got against what the document says of its operation. */
const assertDocumented = (
  document: ApiDocument,
  { responses }: DocumentedOperation,
  address: string,
  { status, headers, body }: DocumentedReply,
): void => {
  const documented = responses[String(status)];
  assert.ok(documented, `${address} answered ${status}, which is not documented: ${JSON.stringify(body)}`);
  const [type, { schema }] = Object.entries(documented.content ?? {})[0] ?? assert.fail(`${address}: no content`);
  assert.ok((headers.get('content-type') ?? '').startsWith(type), `${address} is not ${type}`);
  assert.deepEqual(mismatches(body, schema, document.components.schemas), [], address);
};

/** The operation that reads an address: the one with the fewest parameters in its path, when several fit. */
export const operationAt = (document: ApiDocument, address: string): PlacedOperation => {
  const path = address.split('?')[0]!;
  const fits = ({ path: documented }: PlacedOperation): boolean =>
    new RegExp(`^${documented.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path);
  const [first] = operationsIn(document)
    .filter((operation) => operation.method === 'get' && fits(operation))
    .sort((a, b) => a.path.split('{').length - b.path.split('{').length);
  return first ?? assert.fail(`${address} is not in the document`);
};

/** Gets JSON of a documented address; whatever the answer is, the document must allow it. */
export const getAsDocumented = async (
  { origin }: { readonly origin: string },
  document: ApiDocument,
  address: string,
): Promise<DocumentedReply> => {
  const response = await fetch(`${origin}${address}`);
  const { status, headers } = response;
  const reply = { status, headers, body: (await response.json()) as Readonly<Record<string, unknown>> };
  assertDocumented(document, operationAt(document, address), address, reply);
  return reply;
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
