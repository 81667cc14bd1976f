import { type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { type Middleware } from 'koa';
import { admitUpgrade } from './access/admit-upgrade.js';
import { type ClientLimits } from './access/client-limits.js';
import { limitRate } from './access/limit-rate.js';
import { type ReadAccess } from './access/read-access.js';
import { requireHost } from './access/require-host.js';
import { requireToken } from './access/require-token.js';
import { type AccessOptions } from './gateway-options.js';
import { Documents } from './graphql/documents.js';
import { graphqlOverHttp } from './graphql/http-handler.js';
import { graphqlSchema } from './graphql/schema.js';
import { graphqlOverWebSocket } from './graphql/ws-server.js';
import { dashboardPage } from './dashboard/dashboard-page.js';
import { GatewayMetrics } from './health/gateway-metrics.js';
import { gpuMetrics } from './health/gpu-metrics.js';
import { healthRoutes } from './health/health-routes.js';
import { isSmallEnough, receivedBody } from './http/read-body.js';
import { type Server } from './http/server.js';
import { HealthChanges } from './live/health-changes.js';
import { StatusChanges } from './live/status-changes.js';
import { apiVersion } from './openapi/api-version.js';
import { openApiDocument } from './openapi/openapi-document.js';
import { graphiqlFiles, graphqlAt } from './pages/graphiql-page.js';
import { signInFiles } from './pages/sign-in-page.js';
import { swaggerPage } from './pages/swagger-page.js';
import { AnswerCache } from './rest/answer-cache.js';
import { apiOperations } from './rest/api-operations.js';
import { buildApp } from './rest/build-app.js';
import { freshness } from './rest/freshness.js';
import { type Operation } from './rest/operation.js';
import { type AnswerGrounds, RepeatedAnswers } from './rest/repeated-answers.js';
import { type Serving } from './serving.js';
import { plainWebSocket } from './ws/ws-server.js';
import { upgradeRequired } from './ws/upgrade-required.js';
import { acceptUpgrades } from './ws/upgrades.js';

type OnError = (error: unknown, method: string, path: string) => void;

const graphqlPath = '/graphql';
const plainPath = '/ws';

const isRepeated = (
  repeated: RepeatedAnswers,
  request: IncomingMessage,
  response: ServerResponse,
  body?: string,
): boolean => {
  try {
    return repeated.answer(request, response, body);
  } catch {
    // Who answers it the other way meets the same fault, and tells of it.
    return response.headersSent;
  }
};

/** Every protocol of a gateway over its one set of queries. */
export class Protocols {
  readonly #schema = graphqlSchema();
  readonly #documents: Documents;

  constructor(
    private readonly serving: Serving,
    private readonly access: ReadAccess,
    private readonly limits: ClientLimits,
    private readonly options: AccessOptions,
    private readonly onError: OnError,
  ) {
    this.#documents = new Documents(this.#schema, options.graphql.introspection);
  }

  /** REST, GraphQL over HTTP, probes and pages. */
  listener(): RequestListener {
    const gateway = this.serving.gateway();
    const answers = { rest: new AnswerCache(), graphql: new AnswerCache() };
    const repeated = this.#repeated((...counted) => metrics.countRepeated(...counted));
    const metrics = new GatewayMetrics(this.serving, {
      documents: () => this.#documents.size,
      answers: { ...answers, replay: repeated },
    });
    const operations = apiOperations(gateway, answers.rest);
    const fresh = this.#fresh();
    const app = buildApp({
      operations,
      plain: this.#plain(operations, metrics),
      origins: this.options.origins,
      admission: [requireHost(this.options.hosts), limitRate(this.limits), requireToken(this.access)],
      keep: repeated.keep,
      freshness: fresh,
      graphql: this.#graphql(answers.graphql, fresh),
      count: metrics.count,
      log: this.onError,
    });
    const handle = app.callback();
    const answer = (request: IncomingMessage, response: ServerResponse, body?: string): void => {
      if (!isRepeated(repeated, request, response, body)) void handle(request, response);
    };
    return (request, response) => {
      if (!repeated.wantsBody(request) || !isSmallEnough(request)) return answer(request, response);
      void receivedBody(request).then(({ text }) => {
        // Else the client is gone.
        if (text !== undefined && !response.closed) answer(request, response, text);
      });
    };
  }

  /** @param count told of every answer that is given again */
  #repeated(count: AnswerGrounds['count']): RepeatedAnswers {
    const { fleet, clock } = this.serving.gateway();
    return new RepeatedAnswers({
      isUsual: () => this.serving.isUsual(),
      fleet,
      clock,
      mayRead: ({ headers }) => this.access.admit(headers) === 'granted',
      isWithinRate: (request) => this.limits.retryAfter(request) === undefined,
      count,
    });
  }

  #fresh(): Middleware {
    return freshness(
      () => this.serving.oldSince(),
      () => this.serving.synced,
      () => this.serving.model?.stopped ?? [],
    );
  }

  /** What is asked beside the API: probes, pages, and sockets that were asked for by no upgrade. */
  #plain(operations: readonly Operation[], metrics: GatewayMetrics): Readonly<Record<string, Middleware>> {
    return {
      '/metrics': metrics.show,
      '/metrics/gpu': gpuMetrics(this.serving),
      ...healthRoutes(this.serving.pulse()),
      ...swaggerPage(openApiDocument(operations, apiVersion)),
      ...(this.options.graphql.graphiql ? graphiqlFiles() : {}),
      ...dashboardPage(),
      [plainPath]: upgradeRequired(plainPath),
      [`${plainPath}/`]: upgradeRequired(plainPath),
      ...(this.access.isOpen ? {} : signInFiles),
    };
  }

  #graphql(answers: AnswerCache, fresh: Middleware): Middleware {
    const log = (error: unknown): void => this.onError(error, 'POST', graphqlPath);
    const graphql = graphqlOverHttp(this.#schema, this.#documents, this.serving.gateway(), answers, log);
    const answer: Middleware = async (ctx, next) => {
      await fresh(ctx, async () => {
        await graphql(ctx, next);
      });
    };
    return graphqlAt(graphqlPath, answer, this.options.graphql.graphiql);
  }

  /** GraphQL subscriptions and `/ws`. Call the answer when everybody has to connect again. */
  acceptUpgrades(server: Server): (why: string) => void {
    const gateway = this.serving.gateway();
    const changes = { status: new StatusChanges(gateway), health: new HealthChanges(gateway) };
    const log =
      (path: string) =>
      (error: unknown): void =>
        this.onError(error, 'WebSocket', path);
    const servers = {
      [graphqlPath]: graphqlOverWebSocket(this.#schema, this.#documents, gateway, changes, log(graphqlPath)),
      [plainPath]: plainWebSocket(gateway, log(plainPath)),
    };
    const takes = (): boolean => this.serving.synced && !gateway.stopping.aborted;
    const { access, limits, options } = this;
    limits.watch(server);
    return acceptUpgrades(server, servers, takes, {
      refusal: (request) => limits.refusal(request) ?? admitUpgrade(access, options, request),
      accepted: (socket, request) => limits.pace(socket, request),
    });
  }
}
