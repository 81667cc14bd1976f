import { execute, getOperationAST, GraphQLError, type GraphQLSchema, OperationTypeNode } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { type StatusChanges } from '../live/status-changes.js';
import { type Gateway } from '../queries/gateway.js';
import { closeSocket, closeTooSlow } from '../ws/close-socket.js';
import { usualHeartbeat, watchHeart } from '../ws/heartbeat.js';
import { closeCodes } from '../ws/close-codes.js';
import { type Documents } from './documents.js';
import { withoutInternals } from './errors.js';
import { RequestContext } from './request-context.js';
import { SubscriptionContext } from './subscription-context.js';

/** Bytes of a client's message at most. */
const maxPayload = 262_144;
/** Operations of one connection at the same time at most. */
const mostOperations = 100;

const tooMany = (socket: WebSocket): GraphQLError => {
  const reason = 'too many operations on one connection';
  // What is on its way when the connection is closed is refused as well.
  if (socket.readyState === socket.OPEN) closeSocket(socket, closeCodes.tooMany, reason);
  return new GraphQLError(reason);
};

/** GraphQL over `graphql-transport-ws` (PROTOCOL.md of graphql-ws): subscriptions, and queries too. */
export const graphqlOverWebSocket = (
  schema: GraphQLSchema,
  documents: Documents,
  gateway: Gateway,
  statusChanges: StatusChanges,
  log: (error: unknown) => void,
): WebSocketServer => {
  const server = new WebSocketServer({ noServer: true, maxPayload });
  const signals = new WeakMap<WebSocket, AbortSignal>();
  server.on('connection', (socket) => {
    const gone = new AbortController();
    signals.set(socket, gone.signal);
    socket.once('close', () => gone.abort());
    socket.on('error', () => socket.terminate());
    watchHeart(socket, usualHeartbeat, () => closeTooSlow(socket));
  });
  useServer(
    {
      execute: async (args) => withoutInternals(await execute(args), log),
      onSubscribe: ({ extra, subscriptions }, _id, { query, variables, operationName }) => {
        const { socket } = extra;
        if (Object.keys(subscriptions).length > mostOperations) return [tooMany(socket)];
        const document = documents.get(query);
        if (!('kind' in document)) return document;
        const kind = getOperationAST(document, operationName)?.operation;
        const signal = signals.get(socket) ?? AbortSignal.abort();
        const tooSlow = (): void => closeTooSlow(socket);
        const contextValue =
          kind === OperationTypeNode.SUBSCRIPTION
            ? new SubscriptionContext(gateway, statusChanges, signal, tooSlow)
            : new RequestContext(gateway, signal);
        return { schema, document, variableValues: variables, operationName, contextValue };
      },
      onError: (_context, _id, _payload, errors) =>
        (withoutInternals({ errors }, log).errors ?? []).map((error) => error.toJSON()),
    },
    server,
    // Its own heartbeat would cut a slow subscriber without a word.
    0,
  );
  return server;
};
