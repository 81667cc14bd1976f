import { type WebSocket, WebSocketServer } from 'ws';
import { type Gateway } from '../queries/gateway.js';
import { WsConnection } from './ws-connection.js';

/** Bytes of a client's message at most. */
const maxPayload = 65_536;
/** Milliseconds between two heartbeats; a client that has not answered one by the next is cut. */
const heartbeatMs = 15_000;

const heartbeat = (socket: WebSocket): void => {
  let alive = true;
  socket.on('pong', () => (alive = true));
  const beating = setInterval(() => {
    if (!alive) return socket.terminate();
    alive = false;
    socket.ping();
  }, heartbeatMs).unref();
  socket.once('close', () => clearInterval(beating));
};

/** The WebSocket of `/ws`. */
export const plainWebSocket = (gateway: Gateway, log: (error: unknown) => void): WebSocketServer => {
  const server = new WebSocketServer({ noServer: true, maxPayload });
  server.on('connection', (socket) => {
    socket.on('error', () => socket.terminate());
    heartbeat(socket);
    new WsConnection(socket, gateway, log);
  });
  return server;
};
