import { getOperationAST, GraphQLError, type GraphQLSchema, OperationTypeNode } from 'graphql';
import { CloseCode, handleProtocols, makeServer, MessageType } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { type HealthChanges } from '../live/health-changes.js';
import { type StatusChanges } from '../live/status-changes.js';
import { type Gateway } from '../queries/gateway.js';
import { nobodyThere } from '../http/client-gone.js';
import { closeSocket, closeTooSlow } from '../ws/close-socket.js';
import { Departures } from '../ws/departures.js';
import { GatheredSocket } from '../ws/gathered-socket.js';
import { SharedFrames } from '../ws/shared-frames.js';
import { textFrame } from '../ws/text-frame.js';
import { usualHeartbeat, watchHeart } from '../ws/heartbeat.js';
import { closeCodes } from '../ws/close-codes.js';
import { EventAnswers } from './answer-events.js';
import { type Documents } from './documents.js';
import { withoutInternals } from './errors.js';
import { executeInSlices, type InSlices } from './execute-in-slices.js';
import { RequestContext } from './request-context.js';
import { SubscriptionContext } from './subscription-context.js';

/** Bytes of a client's message at most. */
const maxPayload = 262_144;
/** Operations of one connection at the same time at most. */
const mostOperations = 100;

/**
 * Bytes on their way to a client that may ask for more: several answers about a large fleet. Updates wait elsewhere;
 * this bounds what is answered at once, such as pings.
 */
const mostUnread = 64 << 20;

/** One client: its socket, and a signal that is aborted when it is gone. */
interface Client {
  readonly gathered: GatheredSocket;
  readonly gone: AbortSignal;
}

const end = Buffer.from('}');
const frames = new SharedFrames<Uint8Array>();

/** Sends the answers of a subscription to its events, as graphql-ws would write them. */
const nextTo = (gathered: GatheredSocket, id: string): SubscriptionContext['sendNext'] => {
  const head = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
  const frameOf = (payload: Uint8Array): Buffer => textFrame(Buffer.from(head, 'utf8'), payload, end);
  return (payload) => gathered.sendFrame(frames.frame(payload, head, () => frameOf(payload)));
};

const tooMany = (socket: WebSocket): GraphQLError => {
  const reason = 'too many operations on one connection';
  // What is on its way when the connection is closed is refused as well.
  if (socket.readyState === socket.OPEN) closeSocket(socket, closeCodes.tooMany, reason);
  return new GraphQLError(reason);
};

type Server = ReturnType<typeof makeServer<undefined, Client>>;

const ofServers: ReadonlySet<unknown> = new Set([MessageType.ConnectionAck, MessageType.Next, MessageType.Error]);

/** The type of a message that only servers send: graphql-ws takes one that a client sends for a failure of its own. */
const strayType = (text: string): string | undefined => {
  try {
    const { type } = JSON.parse(text) as { readonly type?: unknown };
    return ofServers.has(type) ? String(type) : undefined;
  } catch {
    return undefined;
  }
};

/** Hands the messages of a client to the protocol, and its answers to the client. */
const serve = (server: Server, gathered: GatheredSocket, log: (error: unknown) => void): void => {
  const gone = new AbortController();
  const { socket } = gathered;
  const closed = server.opened(
    {
      protocol: socket.protocol,
      send: (text) => gathered.send(text),
      close: (code, reason) => socket.close(code, reason),
      onMessage: (take) =>
        socket.on('message', (data: Buffer) => {
          if (socket.readyState !== socket.OPEN) return;
          if (gathered.unread > mostUnread) return closeTooSlow(socket);
          const text = data.toString('utf8');
          const stray = strayType(text);
          if (stray !== undefined) return socket.close(CloseCode.BadRequest, `Only servers send ${stray}`);
          take(text).catch((error: unknown) => {
            log(error);
            socket.close(CloseCode.InternalServerError, 'Internal server error');
          });
        }),
    },
    { gathered, gone: gone.signal },
  );
  socket.on('error', () => socket.terminate());
  socket.once('close', (code, reason) => {
    gone.abort(nobodyThere());
    void closed(code, reason.toString('utf8'));
  });
  watchHeart(socket, usualHeartbeat, () => closeTooSlow(socket));
};

/** GraphQL over `graphql-transport-ws` (PROTOCOL.md of graphql-ws): subscriptions, and queries too. */
export const graphqlOverWebSocket = (
  schema: GraphQLSchema,
  documents: Documents,
  gateway: Gateway,
  changes: { readonly status: StatusChanges; readonly health: HealthChanges },
  log: (error: unknown) => void,
): WebSocketServer => {
  const server = new WebSocketServer({ noServer: true, maxPayload, handleProtocols });
  const answers = new EventAnswers(log);
  const departures = new Departures();
  const protocol = makeServer<undefined, Client>({
    execute: (args) => executeInSlices(args as InSlices, log),
    subscribe: (args) => answers.subscribe(args, args.contextValue as SubscriptionContext),
    onSubscribe: ({ extra, subscriptions }, id, { query, variables, operationName }) => {
      const { gathered, gone } = extra;
      const { socket } = gathered;
      if (Object.keys(subscriptions).length > mostOperations) return [tooMany(socket)];
      const document = documents.get(query);
      if (!('kind' in document)) return document;
      const kind = getOperationAST(document, operationName)?.operation;
      const asked = JSON.stringify([query, operationName, variables]);
      const tooSlow = (): void => closeTooSlow(socket);
      const contextValue =
        kind === OperationTypeNode.SUBSCRIPTION
          ? new SubscriptionContext(gateway, changes.status, changes.health, asked, nextTo(gathered, id), gone, tooSlow)
          : new RequestContext(gateway, gone);
      const hideSuggestions = !documents.introspection;
      return { schema, document, variableValues: variables, operationName, hideSuggestions, contextValue };
    },
    onError: (_context, _id, _payload, errors) =>
      (withoutInternals({ errors }, log).errors ?? []).map((error) => error.toJSON()),
  });
  server.on('connection', (socket, request) =>
    serve(protocol, new GatheredSocket(socket, request.socket, departures), log),
  );
  return server;
};
