import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ExportOptions } from '../../data/passes.js';
import { freePort } from '../../infra/processes/free-port.js';
import { eventually } from '../support/eventually.js';
import { program, startTelemetry } from '../support/telemetry.js';
import { startBenchEtcd } from './bench-etcd.js';
import { importArguments, rowsOf, usualExport, writeBenchExport } from './bench-import.js';
import { type Place, spreadOf } from './figure.js';
import { makePlain } from './plain-environment.js';
import { type GrowthResults } from './report/bench-results.js';
import { slopesOf } from './report/slopes.js';
import { timeProcess } from './timed-process.js';
import { peakMegabytes } from '../support/peak-megabytes.js';

/*
 * How cost grows with rows, with GPUs and with history: the same import, fold and read at one, ten and a hundred times
 * the size. A slope of 1 is as much again for as much again, of 0 is nothing; each is from one size to the next.
 * `node dist/test/bench/growth.bench.js [FOLDER [FILE.json]]`
 */

/** What is measured at one size. */
type Costs = Readonly<Record<string, number>>;

const asksEach = 21;

const ask = async (url: string): Promise<number> => {
  const started = performance.now();
  const response = await fetch(url);
  if (response.status !== 200) throw new Error(await response.text());
  await response.arrayBuffer();
  return performance.now() - started;
};

const askOften = async (url: string): Promise<number> => {
  const took: number[] = [];
  for (let n = 0; n < asksEach; n++) took.push(await ask(url));
  return spreadOf(took).median;
};

const firstGpu = async (origin: string): Promise<string> => {
  const response = await fetch(`${origin}/api/v1/gpus?limit=1`);
  return ((await response.json()) as { readonly data: readonly { readonly uuid: string }[] }).data[0]!.uuid;
};

const measure = async (place: Place, options: ExportOptions): Promise<Costs> => {
  const path = await writeBenchExport(place, options);
  const etcd = await startBenchEtcd(place.folder);
  const reach = ['--etcd', etcd.endpoint];
  const running: ReturnType<typeof startTelemetry>[] = [];
  const start = (args: readonly string[]): ReturnType<typeof startTelemetry> => {
    const one = startTelemetry([...args, ...reach]);
    running.push(one);
    return one;
  };
  try {
    const run = await timeProcess(importArguments(path, etcd.endpoint));
    const { bytes } = JSON.parse(run.stdout) as { readonly bytes: number };
    const folding = performance.now();
    const collector = start(['collect']);
    await timeProcess([program, 'verify', '--wait', '300s', ...reach]);
    const folded = (performance.now() - folding) / 1_000;
    const port = await freePort();
    const gateway = start(['serve', '--port', String(port)]);
    const origin = `http://127.0.0.1:${String(port)}`;
    const ready = async () => (await fetch(`${origin}/readyz`).catch(() => undefined))?.status === 200;
    await eventually('the gateway is ready', ready, { withinMs: 120_000 });
    const uuid = await firstGpu(origin);
    return {
      'import, s': run.seconds,
      'streamer, MB': run.megabytes,
      'bytes an event': bytes / rowsOf(options),
      'started, folded and verified, s': folded,
      'collector, MB': await peakMegabytes(collector.pid),
      'newest 10 records of a GPU, ms': await askOften(`${origin}/api/v1/gpus/${uuid}/telemetry?limit=10&order=desc`),
      'one GPU, ms': await askOften(`${origin}/api/v1/gpus/${uuid}`),
      'gateway, MB': await peakMegabytes(gateway.pid),
    };
  } finally {
    for (const { child, ended } of running) {
      child.kill('SIGTERM');
      await ended;
    }
    await etcd.stop();
    await rm(path);
  }
};

interface Series {
  readonly what: string;
  readonly sizes: readonly number[];
  readonly options: (size: number) => ExportOptions;
}

const series: readonly Series[] = [
  {
    what: 'Rows, and with them history, of 247 GPUs',
    sizes: [24_700, 247_000, 2_470_000],
    options: (rows) => ({ ...usualExport, steps: rows / 2_470 }),
  },
  {
    what: 'GPUs, each with 20 samples of each metric',
    sizes: [100, 1_000, 10_000],
    options: (gpus) => ({ ...usualExport, gpus, hosts: Math.ceil(gpus / 8), steps: 20 }),
  },
];

const [within = tmpdir(), out] = process.argv.slice(2);
makePlain(process.env);
const folder = await mkdtemp(join(within, 'gpu-telemetry-growth-'));
const results: GrowthResults = [];
try {
  for (const { what, sizes, options } of series) {
    console.log(`\n${what}: ${sizes.join(', ')}`);
    const measured: Costs[] = [];
    for (const size of sizes) measured.push(await measure({ folder, say: console.log }, options(size)));
    const names = Object.keys(measured[0]!);
    const costs = Object.fromEntries(names.map((name) => [name, measured.map((one) => one[name]!)]));
    results.push({ what, sizes: [...sizes], costs });
    for (const [name, values] of Object.entries(costs)) {
      console.log(
        `  ${name.padEnd(34)} ${values.map((value) => value.toPrecision(3).padStart(8)).join(' ')}  slopes ${slopesOf(sizes, values)}`,
      );
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
if (out !== undefined) await writeFile(out, `${JSON.stringify(results, undefined, 2)}\n`);
