import { type WebSocket } from 'ws';
import { closeCodes } from './close-codes.js';

/** Milliseconds for the other side to answer; one that does not read would never. */
const graceMs = 1_000;
/** For one that is slow: it may yet read what is on its way, and then why it was closed. */
const slowGraceMs = 30_000;

/** Says why, and cuts the connection when that does not end it. */
export const closeSocket = (socket: WebSocket, code: number, reason: string): void => {
  socket.close(code, reason);
  const cut = setTimeout(() => socket.terminate(), code === closeCodes.tooSlow ? slowGraceMs : graceMs).unref();
  socket.once('close', () => clearTimeout(cut));
};

/** Closes the connection of a subscriber that does not keep up (promise Q5). */
export const closeTooSlow = (socket: WebSocket): void =>
  closeSocket(socket, closeCodes.tooSlow, 'too slow: resume after your last cursor');
