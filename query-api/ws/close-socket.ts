import { type WebSocket } from 'ws';

/** Milliseconds for the other side to answer; one that does not read would never. */
const graceMs = 1_000;

/** Says why, and cuts the connection when that does not end it. */
export const closeSocket = (socket: WebSocket, code: number, reason: string): void => {
  socket.close(code, reason);
  const cut = setTimeout(() => socket.terminate(), graceMs).unref();
  socket.once('close', () => clearTimeout(cut));
};
