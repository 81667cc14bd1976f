import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { messageOf } from '../../domain/error-message.js';

/** Answers one order, a JSON value, with a JSON value. */
export type OrderHandler = (order: unknown) => Promise<unknown>;

/** Systems bound the path of a unix socket at 104 bytes (macOS) or 108 (Linux). */
const longestPath = 100;

/** The socket of a data folder: in the folder, or, when its path is too long for that, named after it elsewhere. */
export const controlPath = (dataDir: string): string => {
  const path = join(dataDir, 'control.sock');
  if (Buffer.byteLength(path) <= longestPath) return path;
  const name = createHash('sha256').update(dataDir).digest('hex').slice(0, 16);
  return join(tmpdir(), `gpu-telemetry-${name}.sock`);
};

/** Listens for orders: one line of JSON each way. Answers with a function that closes it. */
export const serveControl = async (path: string, handle: OrderHandler): Promise<() => Promise<void>> => {
  await rm(path, { force: true });
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
    createInterface({ input: socket })
      // It tells the socket's errors again: one who asked may be gone before the answer is read.
      .on('error', () => undefined)
      .on('line', (line) => {
        void answer(line, handle).then((text) => socket.writable && socket.write(`${text}\n`));
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen({ path, readableAll: false, writableAll: false }, resolve);
  });
  return async () => {
    server.close();
    for (const socket of sockets) socket.destroySoon();
    await rm(path, { force: true });
  };
};

const answer = async (line: string, handle: OrderHandler): Promise<string> => {
  try {
    return JSON.stringify(await handle(JSON.parse(line)));
  } catch (error) {
    return JSON.stringify({ error: messageOf(error) });
  }
};

/** Sends one order and gives the answer; undefined when nobody listens or answers within `withinMs`. */
export const sendOrder = (path: string, order: unknown, withinMs = 5_000): Promise<unknown> =>
  new Promise((resolve) => {
    const socket = connect({ path });
    const done = (result: unknown): void => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(withinMs, () => done(undefined));
    socket.once('error', () => done(undefined)).once('close', () => done(undefined));
    createInterface({ input: socket })
      .on('error', () => undefined)
      .once('line', (line) => done(JSON.parse(line)));
    socket.write(`${JSON.stringify(order)}\n`);
  });
