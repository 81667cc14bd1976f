import { createServer } from 'node:net';

/**
 * Ports are taken from below the range that systems give to outgoing connections (32768 on Linux, 49152 elsewhere).
 * Inside that range a client that knocks on a port while its server restarts may be given that very port, connect to
 * itself and keep the server out.
 */
const lowest = 20_000;
const highest = 32_000;

/** True when a server can listen on the port of this address now. */
export const isPortFree = (port: number, host = '127.0.0.1'): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });

/** A port that is free now and not in `except`; tried at random, so that systems starting together rarely meet. */
export const freePort = async (except: ReadonlySet<number> = new Set(), host = '127.0.0.1'): Promise<number> => {
  for (let attempt = 0; attempt < 1_000; attempt++) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest));
    if (!except.has(port) && (await isPortFree(port, host))) return port;
  }
  throw new Error(`no free port between ${String(lowest)} and ${String(highest)} on ${host}`);
};
