import { parseArgs } from 'node:util';
import { describeVerdict, runFaults } from './run-faults.js';

const usage =
  'npm run test:faults -- [--seed N] [--minutes M] [--faults N] [--members 1|3] [--check-every N] [--pace 0.5x] [--keep FOLDER] [--verbose]';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    minutes: { type: 'string', default: '5' },
    faults: { type: 'string', default: '1000000' },
    members: { type: 'string', default: '3' },
    'check-every': { type: 'string', default: '100' },
    pace: { type: 'string', default: '0.5x' },
    keep: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
});

const numbers = [values.seed, values.minutes, values.faults, values['check-every']].map(Number);
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
say(`seed ${String(seed)}`);
process.exit(verdict.problems.length === 0 ? 0 : 1);
