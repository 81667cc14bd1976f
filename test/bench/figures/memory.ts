import { rm } from 'node:fs/promises';
import { program, startTelemetry } from '../../support/telemetry.js';
import { startBenchEtcd } from '../bench-etcd.js';
import { importArguments, rowsOf, usualExport, writeBenchExport } from '../bench-import.js';
import { type Figure, type Place } from '../figure.js';
import { importOnce } from '../import-once.js';
import { timeProcess } from '../timed-process.js';
import { peakMegabytes } from '../../support/peak-megabytes.js';

const large = { ...usualExport, steps: 810 };
const wide = { ...usualExport, gpus: 10_000, hosts: 1_250, steps: 5 };

const streamer = async (place: Place, rounds: number): Promise<readonly number[]> => {
  const path = await writeBenchExport(place, large);
  const values: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const { megabytes } = await importOnce(place, path, rowsOf(large));
    values.push(megabytes);
  }
  await rm(path);
  return values;
};

/** Of a collector that folds all as it is appended. */
const collector = async (place: Place, rounds: number): Promise<readonly number[]> => {
  const path = await writeBenchExport(place, wide);
  const values: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const etcd = await startBenchEtcd(place.folder);
    const folding = startTelemetry(['collect', '--etcd', etcd.endpoint]);
    try {
      await timeProcess(importArguments(path, etcd.endpoint));
      await timeProcess([program, 'verify', '--wait', '120s', '--etcd', etcd.endpoint]);
      values.push(await peakMegabytes(folding.pid));
    } finally {
      folding.child.kill('SIGTERM');
      await folding.ended;
      await etcd.stop();
    }
  }
  await rm(path);
  return values;
};

export const memoryFigures: readonly Figure[] = [
  {
    name: 'streamer-memory',
    what: 'most memory of the streamer of two million rows',
    ...{ unit: 'MB', better: 'less', atLeast: 150, aim: 100, measure: streamer },
  },
  {
    name: 'collector-memory',
    what: 'most memory of a collector of 10,000 GPUs',
    ...{ unit: 'MB', better: 'less', atLeast: 300, aim: 200, measure: collector },
    inTheWay:
      'with an empty heap the program takes 75 MB, the pages of Node itself among them. Some 80 MB more are in use: who the ' +
      'devices are and their latest values 31, what is known of the dictionaries of 100,000 series 22, the samples of the ' +
      'open runs of history 12, compiled code 8. The rest is what the collector of garbage has not got round to yet, ' +
      'half of it the columns of segments that were folded.',
  },
];
