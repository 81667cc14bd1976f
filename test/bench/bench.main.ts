import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Figure, reached, shown, type Spread, spreadOf } from './figure.js';
import { bytesFigures } from './figures/bytes.js';
import { fleetFigure } from './figures/fleet.js';
import { importFigures } from './figures/import.js';
import { liveLatencyFigures } from './figures/live-latency.js';
import { mapFigures } from './figures/map.js';
import { memoryFigures } from './figures/memory.js';
import { moreStreamers } from './figures/more-streamers.js';
import { putPerEvent } from './figures/put-per-event.js';
import { readFigures } from './figures/reads.js';
import { replay } from './figures/replay.js';
import { startFigures } from './figures/starts.js';
import { subscriberFigures } from './figures/subscribers.js';
import { victoriaFigures } from './figures/against-victoria.js';
import { describeMachine } from './machine.js';
import { makePlain } from './plain-environment.js';

const figures: readonly Figure[] = [
  ...importFigures,
  ...victoriaFigures,
  ...bytesFigures,
  ...memoryFigures,
  moreStreamers,
  putPerEvent,
  replay,
  ...liveLatencyFigures,
  ...readFigures,
  ...subscriberFigures,
  ...startFigures,
  fleetFigure,
  ...mapFigures,
];

const usage = `npm run bench -- [--only NAME,...] [--rounds N] [--out FILE.json] [--folder FOLDER]

Measures what the system is to be judged by, each figure in several rounds with its yardstick beside it, and prints the
median with least and most. See test/bench/README.md. Figures: ${figures.map(({ name }) => name).join(', ')}.`;

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    out: { type: 'string' },
    folder: { type: 'string', default: tmpdir() },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const only = values.only?.split(',');
const unknown = only?.filter((name) => !figures.some((figure) => figure.name === name)) ?? [];
const rounds = Number(values.rounds);
if (unknown.length > 0 || !Number.isInteger(rounds) || rounds < 1) {
  console.error(unknown.length > 0 ? `There is no figure ${unknown.join(', ')}.` : '--rounds wants a number from 1.');
  console.error(usage);
  process.exit(2);
}

const verdicts = { aim: 'aim reached', least: 'reached', not: 'NOT REACHED' } as const;
const verdict = (figure: Figure, spread: Spread): string => {
  const { better, atLeast, aim, unit } = figure;
  const held = reached(figure, spread);
  if (held === undefined) return '';
  return `${better === 'more' ? 'at least' : 'at most'} ${String(atLeast)}, aim ${String(aim)} ${unit}: ${verdicts[held]}`;
};

const unmeasured = ({ name }: Figure): string => `${name.padEnd(20)} not measured`;

const line = (figure: Figure, spread: Spread): string =>
  `${figure.name.padEnd(20)} ${shown(spread.median).padStart(7)} (${shown(spread.least)} to ${shown(spread.most)}) ${figure.unit}`.padEnd(
    70,
  ) + `  ${verdict(figure, spread)}`;

const folder = await mkdtemp(join(values.folder, 'gpu-telemetry-bench-'));
const leftOut = makePlain(process.env);
const machine = { ...(await describeMachine(folder)), 'left out of the environment': leftOut };
for (const [name, value] of Object.entries(machine)) console.log(`${name}: ${value}`);
const results: object[] = [];
const table: string[] = [];
try {
  for (const figure of figures.filter(({ name }) => only?.includes(name) ?? true)) {
    console.log(`\n${figure.name}: ${figure.what}`);
    const seen: string[] = [];
    const say = (text: string): void => {
      seen.push(text);
      console.log(`  ${text}`);
    };
    const measured = await figure.measure({ folder, say }, rounds);
    if (measured.length === 0) {
      table.push(unmeasured(figure));
      continue;
    }
    const spread = spreadOf(measured);
    const { measure: _, ...described } = figure;
    results.push({ ...described, ...spread, values: measured, reached: reached(figure, spread), seen });
    table.push(line(figure, spread));
    console.log(`  ${table.at(-1)!}`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
console.log(`\n${table.join('\n')}`);
if (values.out !== undefined)
  await writeFile(
    values.out,
    `${JSON.stringify({ at: new Date().toISOString(), machine, rounds, figures: results }, undefined, 2)}\n`,
  );
