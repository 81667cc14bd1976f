import { type IncomingMessage } from 'node:http';
import { type GraphQLError, type GraphQLSchema } from 'graphql';
import { createHandler, type OperationArgs, type Response } from 'graphql-http';
import { type Context, type Middleware } from 'koa';
import { formatInstant } from '../../domain/instant.js';
import { decodeParameters } from '../parameters/decode.js';
import { minRevision } from '../parameters/number.js';
import { deletedToHeader } from '../queries/deleted-history.js';
import { type Gateway } from '../queries/gateway.js';
import { clientGone } from '../http/client-gone.js';
import { PreparedBody } from '../http/prepared-body.js';
import { readBody } from '../http/read-body.js';
import { sendPrepared } from '../http/send-prepared.js';
import { type AnswerCache, type Kept } from '../rest/answer-cache.js';
import { type AnswerState } from '../rest/repeated-answers.js';
import { waitFor } from '../rest/wait-for.js';
import { badParameters } from '../http/problem.js';
import { type Documents } from './documents.js';
import { isTooMuch } from './budget.js';
import { executeInSlices, type InSlices } from './execute-in-slices.js';
import { RequestContext } from './request-context.js';
import { UnderWay } from './under-way.js';

const parameters = { min_revision: minRevision };

/** `min_revision` in the address means what it means for REST. */
const waitForRevision = async (ctx: Context, gateway: Gateway, signal: AbortSignal): Promise<void> => {
  const given = new URLSearchParams();
  for (const text of new URLSearchParams(ctx.querystring).getAll('min_revision')) given.append('min_revision', text);
  const decoded = decodeParameters(parameters, given);
  if (decoded.kind === 'refused') throw badParameters(decoded.refusals);
  await waitFor(gateway, decoded.values, signal);
};

/** What is accepted instead, where graphql-http says nothing but the status. */
const accepted: Readonly<Record<number, string>> = {
  405: 'Queries come by GET or POST, mutations by POST.',
  406: 'Accept was none that is answered with; accepted: application/json, application/graphql-response+json.',
  415: 'Content-Type was none that is read; accepted: application/json.',
};

const methods = 'HEAD, GET, POST, OPTIONS';

/** graphql-http knows neither HEAD nor OPTIONS. */
const allowedBy = (said: string): string => (said === 'GET, POST' ? methods : said);

const errorOf = (message: string): string => JSON.stringify({ errors: [{ message }] });

type Handler = ReturnType<typeof createHandler<IncomingMessage, RequestContext>>;

/** Answers one request without HTTP around it. Documents are parsed and validated once, by their text. */
const handlerOf = (schema: GraphQLSchema, documents: Documents, log: (error: unknown) => void): Handler =>
  createHandler<IncomingMessage, RequestContext>({
    schema,
    execute: async (args) => {
      const result = await executeInSlices(args as InSlices, log);
      Object.assign(args.contextValue as RequestContext, {
        wasTooMuch: isTooMuch(result),
        hadErrors: result.errors !== undefined,
      });
      return result;
    },
    onSubscribe: (request, { query, variables, operationName }): readonly GraphQLError[] | OperationArgs<undefined> => {
      const document = documents.get(query);
      if (!('kind' in document)) return document;
      return {
        schema,
        document,
        variableValues: variables,
        operationName,
        hideSuggestions: !documents.introspection,
        contextValue: request.context,
      } as unknown as OperationArgs<undefined>;
    },
  });

/** Sends what graphql-http answers; gives the body where the answer may be kept, which is yet to be sent. */
const answerWith = (ctx: Context, [body, init]: Response, context: RequestContext): PreparedBody | undefined => {
  ctx.status = context.wasTooMuch ? 422 : init.status;
  for (const [name, value] of Object.entries(init.headers ?? {}))
    ctx.set(name, name === 'allow' ? allowedBy(value) : value);
  if (context.deletedTo !== undefined) ctx.set(deletedToHeader, formatInstant(context.deletedTo));
  const type = init.headers?.['content-type'];
  if (body && type && ctx.status === 200 && context.isLasting) return new PreparedBody(body, type);
  const said = body ?? (ctx.status in accepted ? errorOf(accepted[ctx.status]!) : '');
  ctx.body = said;
  if (said !== '' && !type) ctx.type = 'application/json; charset=utf-8';
  return undefined;
};

/** GraphQL over HTTP, as its specification says (GraphQL over HTTP, 2023); errors of resolvers say nothing of inside. */
export const graphqlOverHttp = (
  schema: GraphQLSchema,
  documents: Documents,
  gateway: Gateway,
  answers: AnswerCache,
  log: (error: unknown) => void,
): Middleware => {
  const handle = handlerOf(schema, documents, log);
  const underWay = new UnderWay();
  return async (ctx) => {
    if (ctx.method === 'OPTIONS') {
      ctx.status = 204;
      ctx.set('Allow', methods);
      return;
    }
    const gone = clientGone(ctx);
    // Read here: graphql-http would answer a body that is too large as one that is malformed.
    const text = ctx.method === 'POST' ? await readBody(ctx.req, 'Split the query.') : '';
    await waitForRevision(ctx, gateway, gone);
    const context = new RequestContext(gateway, gone, ctx.get('Authorization') || undefined);
    ctx.set('x-telemetry-revision', String(context.fleet.revision));
    const asked = JSON.stringify([ctx.method, ctx.url, ctx.get('Accept'), ctx.get('Content-Type'), text]);
    const send = ({ body, lasting }: Kept): void => {
      sendPrepared(ctx, body);
      Object.assign(ctx.state, { fleet: context.fleet, lasting, sent: text } satisfies AnswerState);
    };
    // Whoever waited for one that came to nothing waits for who makes it next, and not all of them make it.
    for (;;) {
      const kept = answers.get(context.fleet, context.clock, asked);
      if (kept) return send(kept);
      const made = underWay.of(context.fleet, asked);
      if (!made) break;
      await made;
    }
    const { url, headers, req: raw } = ctx;
    // Koa leaves the body out.
    const method = ctx.method === 'HEAD' ? 'GET' : ctx.method;
    const end = (context.onMore = underWay.begin(context.fleet, asked));
    try {
      const body = answerWith(ctx, await handle({ url, method, headers, body: text, raw, context }), context);
      if (body) send(answers.keep(context.fleet, context.clock, asked, body));
    } finally {
      end();
    }
  };
};
