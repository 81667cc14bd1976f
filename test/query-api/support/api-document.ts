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

/** Sends a request of an operation and holds the answer against the document. */
export const askAsDocumented = async (
  { origin }: Asked,
  document: ApiDocument,
  { path, method, parameters = [], responses }: PlacedOperation,
  values: Readonly<Record<string, string>>,
): Promise<number> => {
  const inPath = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
  const query = new URLSearchParams(Object.entries(values).filter(([name]) => !inPath.includes(name)));
  const url = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));
  const headers = method === 'post' ? { authorization: `Bearer ${adminToken}` } : {};
  const response = await fetch(`${origin}${url}?${query.toString()}`, { method, headers });
  const { status } = response;
  const text = await response.text();
  const documented = responses[String(status)];
  assert.ok(documented, `${url}?${query.toString()} answered ${status}, which is not documented: ${text}`);
  const [type, content] = Object.entries(documented.content ?? {})[0] ?? [];
  assert.ok((response.headers.get('content-type') ?? '').startsWith(type ?? ''), `${url}: ${String(type)}`);
  if (content)
    assert.deepEqual(
      mismatches(
        type === 'application/json' || type?.includes('problem') ? JSON.parse(text) : text,
        content.schema,
        document.components.schemas,
      ),
      [],
      `${url}?${query.toString()}`,
    );
  return status;
};
