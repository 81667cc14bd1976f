import assert from 'node:assert/strict';
import { type ApiDocument, assertDocumented, operationsIn, type PlacedOperation } from './api-document.js';

export interface DocumentedReply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

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
