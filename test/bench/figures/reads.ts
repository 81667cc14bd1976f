import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../infra/processes/free-port.js';
import { answerTo, type Ask, requestsPerSecond } from '../asked.js';
import { type Figure, type Place } from '../figure.js';
import { firstGpu, telemetryPath, withGateway } from '../imported-gateway.js';

const yardstick = fileURLToPath(new URL('../yardsticks/bare-koa.js', import.meta.url));

/** The same bytes from a bare server, and how many requests a second it answers. */
const bare = async (place: Place, bytes: Buffer): Promise<number> => {
  const [file, port] = [join(place.folder, 'body.json'), await freePort()];
  await writeFile(file, bytes);
  const server = fork(yardstick, [String(port), file]);
  await once(server, 'message');
  try {
    return await requestsPerSecond(`http://127.0.0.1:${String(port)}`, { path: '/' });
  } finally {
    server.kill('SIGTERM');
    await once(server, 'exit');
  }
};

const againstBare =
  (askOf: (uuid: string) => Ask) =>
  async (place: Place, rounds: number): Promise<readonly number[]> => {
    const ratios: number[] = [];
    await withGateway(place, async ({ origin }) => {
      const ask = askOf(await firstGpu(origin));
      const bytes = await answerTo(origin, ask);
      for (let round = 0; round < rounds; round++) {
        const [ours, yard] = [await requestsPerSecond(origin, ask), await bare(place, bytes)];
        ratios.push(ours / yard);
        place.say(`${String(bytes.length)} bytes: ${ours.toFixed(0)} requests/s, bare Koa ${yard.toFixed(0)}`);
      }
    });
    return ratios;
  };

const query = '{ gpus { uuid id hostname name device status clusterId lastSeen migProfile metrics { name value } } }';

const graphql = async (place: Place, rounds: number): Promise<readonly number[]> => {
  const rates: number[] = [];
  await withGateway(place, async ({ origin }) => {
    const ask = { path: '/graphql', body: JSON.stringify({ query }) };
    for (let round = 0; round < rounds; round++) rates.push(await requestsPerSecond(origin, ask));
    place.say(`${String((await answerTo(origin, ask)).length)} bytes an answer`);
  });
  return rates;
};

/** Reads by another process from a warm gateway. */
export const readFigures: readonly Figure[] = [
  {
    name: 'rest-gpus',
    what: 'GET /api/v1/gpus of 247 GPUs, requests a second',
    ...{ unit: 'times bare Koa', better: 'more', atLeast: 0.8, aim: 0.95 },
    measure: againstBare(() => ({ path: '/api/v1/gpus' })),
  },
  {
    name: 'rest-telemetry',
    what: 'GET telemetry of one GPU, 200 instants of 10 metrics, requests a second',
    ...{ unit: 'times bare Koa', better: 'more', atLeast: 0.5, aim: 0.8 },
    measure: againstBare((uuid) => ({ path: telemetryPath(uuid) })),
  },
  {
    name: 'graphql-gpus',
    what: 'GraphQL gpus of 247 GPUs with 10 fields',
    ...{ unit: 'requests/s', better: 'more', atLeast: 4_000, aim: 8_000 },
    measure: graphql,
  },
];
