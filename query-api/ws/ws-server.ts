import { WebSocketServer } from 'ws';
import { type Gateway } from '../queries/gateway.js';
import { closeTooSlow } from './close-socket.js';
import { Departures } from './departures.js';
import { GatheredSocket } from './gathered-socket.js';
import { type Heartbeat, usualHeartbeat, watchHeart } from './heartbeat.js';
import { WsConnection } from './ws-connection.js';

/** Bytes of a client's message at most. */
const maxPayload = 65_536;

/** The WebSocket of `/ws`. */
export const plainWebSocket = (
  gateway: Gateway,
  log: (error: unknown) => void,
  heartbeat: Heartbeat = usualHeartbeat,
): WebSocketServer => {
  const server = new WebSocketServer({ noServer: true, maxPayload });
  const departures = new Departures();
  server.on('connection', (socket, request) => {
    socket.on('error', () => socket.terminate());
    watchHeart(socket, heartbeat, () => closeTooSlow(socket));
    new WsConnection(new GatheredSocket(socket, request.socket, departures), gateway, log);
  });
  return server;
};
