import { type IncomingMessage } from 'node:http';
import { execute, type GraphQLError, type GraphQLSchema } from 'graphql';
import { createHandler, type OperationArgs } from 'graphql-http';
import { type Middleware } from 'koa';
import { type Gateway } from '../queries/gateway.js';
import { Problem } from '../rest/problem.js';
import { type Documents } from './documents.js';
import { withoutInternals } from './errors.js';
import { RequestContext } from './request-context.js';

/** Bytes of a request's body at most. */
const mostBytes = 262_144;

const tooLarge = (): Problem =>
  new Problem({
    code: 'too-large',
    status: 413,
    title: 'Too large',
    detail: `The body has more than ${mostBytes} bytes. Split the query.`,
  });

const readBody = async (request: AsyncIterable<Buffer>): Promise<string> => {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    bytes += part.length;
    if (bytes > mostBytes) throw tooLarge();
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
};

/** GraphQL over HTTP, as its specification says (GraphQL over HTTP, 2023); errors of resolvers say nothing of inside. */
export const graphqlOverHttp = (
  schema: GraphQLSchema,
  documents: Documents,
  gateway: Gateway,
  log: (error: unknown) => void,
): Middleware => {
  const handle = createHandler<IncomingMessage, { readonly signal: AbortSignal }>({
    schema,
    execute: async (args) => withoutInternals(await execute(args), log),
    onSubscribe: (request, { query, variables, operationName }): readonly GraphQLError[] | OperationArgs<undefined> => {
      const document = documents.get(query);
      if (!('kind' in document)) return document;
      return {
        schema,
        document,
        variableValues: variables,
        operationName,
        contextValue: new RequestContext(gateway, request.context.signal),
      } as unknown as OperationArgs<undefined>;
    },
  });
  return async (ctx) => {
    const gone = new AbortController();
    ctx.res.once('close', () => gone.abort());
    // Read here: graphql-http would answer a body that is too large as one that is malformed.
    const text = ctx.method === 'POST' ? await readBody(ctx.req as AsyncIterable<Buffer>) : '';
    const [body, init] = await handle({
      url: ctx.url,
      method: ctx.method,
      headers: ctx.headers,
      body: text,
      raw: ctx.req,
      context: { signal: gone.signal },
    });
    ctx.status = init.status;
    for (const [name, value] of Object.entries(init.headers ?? {})) ctx.set(name, value);
    ctx.set('x-telemetry-revision', String(gateway.fleet().revision));
    ctx.body = body ?? '';
  };
};
