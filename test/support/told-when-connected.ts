import { Socket } from 'node:net';

/*
 * Preloaded into a process, it sends this the signal that `TOLD_WHEN_CONNECTED` names, once, as soon as it is connected
 * to a server. Another process has to see the connection first, and may be so late that this one has given up by then.
 */
const connect = Reflect.get(Socket.prototype, 'connect') as (...given: unknown[]) => Socket;
let isTold = false;
Socket.prototype.connect = function (this: Socket, ...given: unknown[]): Socket {
  this.once('connect', () => {
    if (isTold || this.remotePort === undefined) return;
    isTold = true;
    process.kill(process.pid, process.env['TOLD_WHEN_CONNECTED']);
  });
  return Reflect.apply(connect, this, given);
};
