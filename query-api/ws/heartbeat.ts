import { type WebSocket } from 'ws';

/** Milliseconds between two pings, and how many in a row may stay without an answer. */
export interface Heartbeat {
  readonly everyMs: number;
  readonly mostMissed: number;
}

/** A client that is slow, and not gone, answers only when it has read what stands before the ping: a minute for that. */
export const usualHeartbeat: Heartbeat = { everyMs: 15_000, mostMissed: 4 };

/** Calls `gone` when a client has not answered for too long. */
export const watchHeart = (socket: WebSocket, { everyMs, mostMissed }: Heartbeat, gone: () => void): void => {
  let missed = 0;
  socket.on('pong', () => (missed = 0));
  const beating = setInterval(() => {
    if (missed >= mostMissed) {
      clearInterval(beating);
      return gone();
    }
    missed++;
    if (socket.readyState === socket.OPEN) socket.ping();
  }, everyMs).unref();
  socket.once('close', () => clearInterval(beating));
};
