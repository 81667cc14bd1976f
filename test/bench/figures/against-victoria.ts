import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { answerTo, requestsPerSecond } from '../asked.js';
import { rowsOf, usualExport, writeBenchExport } from '../bench-import.js';
import { type Figure, type Place } from '../figure.js';
import { eventually } from '../../support/eventually.js';
import { firstGpu, instants, telemetryPath, withGateway } from '../imported-gateway.js';
import { importOnce, thousands } from '../import-once.js';
import { importInTheWay } from './import.js';
import {
  countSamples,
  exportPath,
  hasVictoriaMetrics,
  samplesIn,
  startVictoriaMetrics,
} from '../yardsticks/victoria-metrics.js';

const fileOptions = { ...usualExport, steps: 200 };
const metrics = 10;

const absent = (place: Place): readonly number[] => {
  place.say('not measured: there is no victoria-metrics on the search path');
  return [];
};

const importBoth = async (place: Place, rounds: number): Promise<readonly number[]> => {
  if (!(await hasVictoriaMetrics())) return absent(place);
  const [path, rows] = [await writeBenchExport(place, fileOptions), rowsOf(fileOptions)];
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const ours = await importOnce(place, path, rows);
    const victoria = await startVictoriaMetrics(place.folder);
    try {
      const seconds = await victoria.import(path);
      // What it has written out is found by its queries a moment later.
      await eventually('it has every row', async () => (await countSamples(victoria.origin)) === rows);
      ratios.push(seconds / ours.seconds);
      place.say(`${thousands(rows, ours.seconds)} to the log, VictoriaMetrics ${thousands(rows, seconds)}`);
    } finally {
      await victoria.stop();
    }
  }
  await rm(path);
  return ratios;
};

const readBoth = async (place: Place, rounds: number): Promise<readonly number[]> => {
  if (!(await hasVictoriaMetrics())) return absent(place);
  const ratios: number[] = [];
  await withGateway(place, async ({ origin, path }) => {
    const victoria = await startVictoriaMetrics(place.folder);
    try {
      await victoria.import(path);
      const uuid = await firstGpu(origin);
      const [ours, theirs] = [{ path: telemetryPath(uuid) }, { path: exportPath(uuid) }];
      const answer = await answerTo(victoria.origin, theirs);
      assert.equal(samplesIn(answer), instants * metrics, 'it has every sample of the GPU');
      for (let round = 0; round < rounds; round++) {
        const rates = [
          await requestsPerSecond(origin, ours),
          await requestsPerSecond(victoria.origin, theirs),
        ] as const;
        ratios.push(rates[0] / rates[1]);
        place.say(`${rates[0].toFixed(0)} requests/s, VictoriaMetrics ${rates[1].toFixed(0)}`);
      }
    } finally {
      await victoria.stop();
    }
  });
  return ratios;
};

/** Against what an operator would take instead, where it is installed: VictoriaMetrics as a single node. */
export const victoriaFigures: readonly Figure[] = [
  {
    name: 'import-victoria',
    what: 'a file of 494,000 rows to the durable log, against its import of the file until flushed',
    ...{ unit: 'times VictoriaMetrics', better: 'more', atLeast: 3, aim: 4.5, measure: importBoth },
    inTheWay: importInTheWay,
  },
  {
    name: 'telemetry-victoria',
    what: 'GET telemetry of one GPU, 200 instants of 10 metrics, against its export of the same series',
    ...{ unit: 'times VictoriaMetrics', better: 'more', atLeast: 1, aim: 2, measure: readBoth },
  },
];
