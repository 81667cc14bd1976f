import { mkdtemp } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { freePort } from '../../../infra/processes/free-port.js';
import { eventually } from '../../support/eventually.js';
import { program, runTelemetry, startTelemetry } from '../../support/telemetry.js';
import { type Figure, type Place } from '../figure.js';
import { timeProcess } from '../timed-process.js';

const sample = resolve('data/dcgm_metrics_sample.csv');

const help = async (_place: Place, rounds: number): Promise<readonly number[]> => {
  const took: number[] = [];
  for (let round = 0; round < rounds; round++) took.push((await timeProcess([program, '--help'])).seconds * 1_000);
  return took;
};

const hasData = async (port: number): Promise<boolean> => {
  const response = await fetch(`http://127.0.0.1:${String(port)}/api/v1/gpus`).catch(() => undefined);
  if (response?.status !== 200) return false;
  return ((await response.json()) as { readonly data: readonly unknown[] }).data.length > 0;
};

/** What `npm start` runs, without its build. */
const firstAnswer = async (place: Place, rounds: number): Promise<readonly number[]> => {
  const took: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const dataDir = await mkdtemp(join(place.folder, 'start-'));
    const port = await freePort();
    const live = ['--source', sample, '--loop', '--restamp', '--speed', '1x'];
    const started = performance.now();
    const up = startTelemetry(['up', '--data-dir', dataDir, '--port', String(port), ...live]);
    await eventually('the first answer with data', () => hasData(port), { everyMs: 20 });
    took.push((performance.now() - started) / 1_000);
    await runTelemetry(['down', '--purge', '--data-dir', dataDir]);
    await up.ended;
  }
  return took;
};

/** How soon something is there. */
export const startFigures: readonly Figure[] = [
  {
    name: 'help',
    what: 'telemetry --help',
    ...{ unit: 'ms', better: 'less', atLeast: 200, aim: 120 },
    measure: help,
  },
  {
    name: 'start',
    what: 'from the start of a whole system to its first answer with data',
    ...{ unit: 's', better: 'less', atLeast: 15, aim: 5 },
    measure: firstAnswer,
  },
];
