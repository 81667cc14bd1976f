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

interface DocumentedOperation {
  readonly operationId: string;
  readonly parameters?: readonly DocumentedParameter[];
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { schema: Schema }>> }>>;
}

export interface ApiDocument {
  readonly paths: Readonly<Record<string, { readonly get: DocumentedOperation }>>;
  readonly components: { readonly schemas: Components };
}

export const fetchDocument = async ({ origin }: Asked): Promise<ApiDocument> =>
  (await (await fetch(`${origin}/swagger/swagger.json`)).json()) as ApiDocument;

/** Sends a request of an operation and holds the answer against the document. */
export const askAsDocumented = async (
  { origin }: Asked,
  document: ApiDocument,
  path: string,
  values: Readonly<Record<string, string>>,
): Promise<number> => {
  const { parameters = [], responses } = document.paths[path]!.get;
  const inPath = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
  const query = new URLSearchParams(Object.entries(values).filter(([name]) => !inPath.includes(name)));
  const url = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));
  const response = await fetch(`${origin}${url}?${query.toString()}`);
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
