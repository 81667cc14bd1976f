import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { freePort } from '../../../infra/processes/free-port.js';
import { eventually } from '../../support/eventually.js';

/** A server of it with an empty store. */
export interface VictoriaMetrics {
  readonly origin: string;
  /** Seconds that a file takes until everything of it is written out to the disk. */
  import(path: string): Promise<number>;
  /** Stops it and removes its data. */
  stop(): Promise<void>;
}

const run = promisify(execFile);
const name = 'victoria-metrics';

/** Where it is not on the search path, figures against it are left out. */
export const hasVictoriaMetrics = async (): Promise<boolean> =>
  run(name, ['-version']).then(
    () => true,
    () => false,
  );

/**
 * The columns of an export in its words: https://docs.victoriametrics.com/#how-to-import-csv-data. A metric's name can
 * not be a column there, so it is a label like the others.
 */
const labels = ['metric_name', 'gpu_id', 'device', 'uuid', 'modelName', 'Hostname'];
const columns = ['1:time:rfc3339', ...labels.map((label, n) => `${String(n + 2)}:label:${label}`), '11:metric:dcgm'];

const post = async (url: string, path: string): Promise<void> => {
  const sent = request(url, { method: 'POST' });
  const [[response]] = await Promise.all([
    once(sent, 'response') as Promise<[{ readonly statusCode: number; resume(): void }]>,
    pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), sent),
  ]);
  response.resume();
  assert.equal(response.statusCode, 204, 'it takes the file');
};

/** Starts one whose store is in the folder; the caller stops it. */
export const startVictoriaMetrics = async (folder: string): Promise<VictoriaMetrics> => {
  const [dataDir, port] = [await mkdtemp(join(folder, 'victoria-')), await freePort()];
  const address = `127.0.0.1:${String(port)}`;
  const flags = [`-storageDataPath=${dataDir}`, `-httpListenAddr=${address}`, '-retentionPeriod=100y'];
  const server = spawn(name, [...flags, '-loggerLevel=ERROR', '-search.maxUniqueTimeseries=1000000'], {
    stdio: 'ignore',
  });
  const origin = `http://${address}`;
  const answers = async (path: string): Promise<boolean> =>
    (await fetch(`${origin}${path}`).catch(() => undefined))?.status === 200;
  await eventually('VictoriaMetrics answers', () => answers('/health'));
  return {
    origin,
    import: async (path) => {
      const started = performance.now();
      await post(`${origin}/api/v1/import/csv?format=${encodeURIComponent(columns.join(','))}`, path);
      assert.ok(await answers('/internal/force_flush'), 'it flushes');
      return (performance.now() - started) / 1_000;
    },
    stop: async () => {
      const ended = once(server, 'exit');
      server.kill('SIGTERM');
      await ended;
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};

/** The question for all samples of one GPU, a line for each of its series. */
export const exportPath = (uuid: string): string =>
  `/api/v1/export?match[]=${encodeURIComponent(`{uuid="${uuid}"}`)}&start=2000-01-01T00:00:00Z`;

interface Line {
  readonly values: readonly number[];
}

/** How many samples an answer to `exportPath` holds. */
export const samplesIn = (answer: Buffer): number =>
  answer
    .toString()
    .trim()
    .split('\n')
    .reduce((sum, line) => sum + (JSON.parse(line) as Line).values.length, 0);

/** How many samples there are in all. A range that reaches back before 1970 finds none. */
export const countSamples = async (origin: string): Promise<number> => {
  const query = encodeURIComponent('sum(count_over_time(dcgm[20y]))');
  const response = await fetch(`${origin}/api/v1/query?nocache=1&query=${query}`);
  const { data } = (await response.json()) as {
    readonly data: { readonly result: readonly [{ readonly value: readonly [number, string] }?] };
  };
  return Number(data.result[0]?.value[1] ?? 0);
};
