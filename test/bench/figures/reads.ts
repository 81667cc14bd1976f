import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../infra/processes/free-port.js';
import { eventually } from '../../support/eventually.js';
import { program, startTelemetry } from '../../support/telemetry.js';
import { startBenchEtcd } from '../bench-etcd.js';
import { importArguments, usualExport, writeBenchExport } from '../bench-import.js';
import { type Figure, type Place } from '../figure.js';
import { timeProcess } from '../timed-process.js';

const autocannon = createRequire(import.meta.url).resolve('autocannon');
const yardstick = fileURLToPath(new URL('../yardsticks/bare-koa.js', import.meta.url));
const connections = '32';
const seconds = '4';
const instants = 200;

/** What is asked for, by GET or by POST. */
interface Ask {
  readonly path: string;
  readonly body?: string;
}

interface Cannon {
  readonly requests: { readonly average: number };
  readonly non2xx: number;
  readonly errors: number;
}

/** Requests a second that a server answers, asked by another process. */
const requestsPerSecond = async (origin: string, { path, body }: Ask): Promise<number> => {
  const post = body === undefined ? [] : ['-m', 'POST', '-H', 'content-type=application/json', '-b', body];
  const run = await timeProcess([autocannon, '-j', '-c', connections, '-d', seconds, ...post, `${origin}${path}`]);
  const { requests, non2xx, errors } = JSON.parse(run.stdout) as Cannon;
  assert.deepEqual([non2xx, errors], [0, 0], 'every request is answered');
  return requests.average;
};

const answerTo = async (origin: string, { path, body }: Ask): Promise<Buffer> => {
  const init = body === undefined ? {} : { method: 'POST', body, headers: { 'content-type': 'application/json' } };
  const response = await fetch(`${origin}${path}`, init);
  assert.equal(response.status, 200, await response.clone().text());
  return Buffer.from(await response.arrayBuffer());
};

/** A gateway over the read models of an export of 200 instants; runs until `work` is done. */
const withGateway = async (place: Place, work: (origin: string) => Promise<void>): Promise<void> => {
  const etcd = await startBenchEtcd(place.folder);
  const reach = ['--etcd', etcd.endpoint];
  const port = await freePort();
  const collector = startTelemetry(['collect', ...reach]);
  const gateway = startTelemetry(['serve', ...reach, '--port', String(port)]);
  try {
    const path = await writeBenchExport(place, { ...usualExport, interval: 1, steps: instants });
    await timeProcess(importArguments(path, etcd.endpoint));
    await timeProcess([program, 'verify', '--wait', '120s', ...reach]);
    const origin = `http://127.0.0.1:${String(port)}`;
    const ready = async () => (await fetch(`${origin}/readyz`).catch(() => undefined))?.status === 200;
    await eventually('the gateway is ready', ready);
    await work(origin);
  } finally {
    for (const one of [collector, gateway]) {
      one.child.kill('SIGTERM');
      await one.ended;
    }
    await etcd.stop();
  }
};

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

const firstGpu = async (origin: string): Promise<string> => {
  const { data } = JSON.parse((await answerTo(origin, { path: '/api/v1/gpus' })).toString()) as {
    readonly data: readonly { readonly uuid: string }[];
  };
  assert.equal(data.length, usualExport.gpus);
  return data[0]!.uuid;
};

const againstBare =
  (askOf: (uuid: string) => Ask) =>
  async (place: Place, rounds: number): Promise<readonly number[]> => {
    const ratios: number[] = [];
    await withGateway(place, async (origin) => {
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
  await withGateway(place, async (origin) => {
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
    measure: againstBare((uuid) => ({ path: `/api/v1/gpus/${uuid}/telemetry?limit=${String(instants)}` })),
  },
  {
    name: 'graphql-gpus',
    what: 'GraphQL gpus of 247 GPUs with 10 fields',
    ...{ unit: 'requests/s', better: 'more', atLeast: 4_000, aim: 8_000 },
    measure: graphql,
  },
];
