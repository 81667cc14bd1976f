import { parseArgs } from 'node:util';
import { describeVerdict, runFaults } from './run-faults.js';
import { shortfalls } from './shortfalls.js';

const usage =
  'npm run test:faults -- [--seed N] [--minutes M] [--faults N] [--members 1|3] [--check-every N] [--pace 0.5x] [--keep FOLDER] [--verbose]';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    minutes: { type: 'string' },
    faults: { type: 'string' },
    members: { type: 'string', default: '3' },
    'check-every': { type: 'string', default: '100' },
    pace: { type: 'string', default: '0.5x' },
    keep: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
});

// A run of so many faults takes the time that they take, unless it is told otherwise.
const minutesGiven = values.minutes ?? (values.faults === undefined ? '5' : 'Infinity');
const numbers = [values.seed, minutesGiven, values.faults ?? 'Infinity', values['check-every']].map(Number);
if (!numbers.every((number) => number >= 0) || !['1', '3'].includes(values.members)) {
  console.error(`Numbers are wanted: ${usage}`);
  process.exit(2);
}

const [seed, minutes, faults, checkEvery] = numbers as [number, number, number, number];
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
const started = Date.now();
const say = (line: string): void =>
  console.log(`${((Date.now() - started) / 1_000).toFixed(0).padStart(5)} s  ${line}`);
say(`seed ${String(seed)}, etcd of ${values.members} member(s), streams at ${values.pace}`);
const verdict = await runFaults({
  ...{ seed, faults, checkEvery, ms: minutes * 60_000, say },
  members: values.members === '3' ? 3 : 1,
  importSteps: 20,
  // Twice as much leaves two cores no time to catch up within 15 s of the last fault.
  livePace: values.pace,
  copies: 2,
  signal: stop.signal,
  ...(values.verbose && { tell: say }),
  ...(values.keep !== undefined && { keepIn: values.keep }),
});
describeVerdict(verdict).forEach(say);
const lacking = values.faults === undefined ? [] : shortfalls(verdict, faults);
lacking.forEach((one) => say(`TOO FEW: ${one}`));
say(`seed ${String(seed)}`);
process.exit(verdict.problems.length + lacking.length === 0 ? 0 : 1);
