import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import Koa from 'koa';
import { type WebSocket, WebSocketServer } from 'ws';
import { dashboardPage } from '../../query-api/dashboard/dashboard-page.js';
import { gpuOf, loadOf } from '../browser/support/made-fleet.js';

/** Parts of a second in which updates come, as they do from many streamers. */
const parts = 20;

interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: { readonly query: string };
}

const utilization = (gpu: number, second: number): number => Math.round(loadOf(gpu, second) * 100);

const inventory = (gpus: number): string => {
  const timestamp = new Date().toISOString();
  const all = Array.from({ length: gpus }, (_, gpu) => {
    const { uuid, host: hostname, index: id } = gpuOf(gpu);
    const metrics = [{ name: 'gpu_utilization', value: utilization(gpu, 0), timestamp }];
    const rest = { clusterId: 'c1', name: 'NVIDIA H100 80GB HBM3', device: `nvidia${id}`, status: 'active' };
    return { uuid, id, hostname, ...rest, lastSeen: timestamp, migProfile: null, metrics };
  });
  return JSON.stringify({ data: { gpus: all } });
};

const stream = (socket: WebSocket, id: string, gpus: number): void => {
  let step = 0;
  const sending = setInterval(() => {
    const [second, part] = [Math.floor(step / parts), step++ % parts];
    const timestamp = new Date().toISOString();
    for (let gpu = part; gpu < gpus; gpu += parts) {
      const { uuid } = gpuOf(gpu);
      const telemetry = { uuid, timestamp, metrics: {}, cursor: 'c', gpuUtilization: utilization(gpu, second) };
      socket.send(JSON.stringify({ id, type: 'next', payload: { data: { telemetry } } }));
    }
  }, 1_000 / parts);
  socket.once('close', () => clearInterval(sending));
};

const speak = (socket: WebSocket, gpus: number): void => {
  socket.on('message', (data: Buffer) => {
    const { type, id, payload } = JSON.parse(data.toString()) as Message;
    if (type === 'connection_init') socket.send('{"type":"connection_ack"}');
    else if (type === 'ping') socket.send('{"type":"pong"}');
    else if (type === 'subscribe' && /telemetry\(/.test(payload!.query)) stream(socket, id!, gpus);
  });
};

/**
 * The page, and beside it what a gateway would say to it of so many GPUs at 1 Hz, without the work of a gateway: a
 * measurement of the page on a small machine must not be one of what shares the machine with it.
 */
export const replayFleet = async (gpus: number): Promise<{ readonly origin: string; readonly close: () => void }> => {
  const app = new Koa();
  const routes = dashboardPage();
  app.use(async (ctx, next) => {
    if (ctx.path === '/graphql') {
      ctx.type = 'application/json';
      ctx.body = inventory(gpus);
    } else await routes[ctx.path]?.(ctx, next);
  });
  const handle = app.callback();
  const server = createServer((request, response) => void handle(request, response));
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => speak(socket, gpus));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = (): void => {
    for (const socket of sockets.clients) socket.terminate();
    server.close();
    server.closeAllConnections();
  };
  return { origin: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, close };
};
