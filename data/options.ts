import { parseArgs } from 'node:util';
import { type ExportOptions } from './passes.js';

export const usage = `Makes a CSV export of DCGM metrics of GPUs that are not real. The same options give the same bytes.

  node dist/data/generate.js [options]

  --gpus N       GPUs, 1 to 1000000 (247)
  --hosts N      hosts that they are spread over, 1 to the number of GPUs (31, or as many as GPUs when those are fewer)
  --steps N      sampling passes of all ten metrics, 1 to 100000000; rows = gpus × 10 × steps (1)
  --seed N       0 to 4294967295; another seed gives other values, UUIDs and order (1)
  --interval N   whole seconds from one pass to the next, 1 to 86400; a pass takes four seconds, or less when they are closer (4)
  --start TIME   time of the first pass, RFC 3339 in UTC and whole seconds (2025-01-15T09:30:00Z)
  --shuffle      rows of each second in no order
  --constant     every GPU keeps the values of its first pass
  --out FILE     file to write, - for standard output (-)
  --help         this text
`;

export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly problems: readonly string[] }
  | { readonly kind: 'generate'; readonly options: ExportOptions; readonly out: string };

const texts = ['gpus', 'hosts', 'steps', 'seed', 'interval', 'start', 'out'] as const;
const defaults = { gpus: '247', steps: '1', seed: '1', interval: '4', start: '2025-01-15T09:30:00Z', out: '-' };

/** The command line without the program's name. Every problem is named, not only the first. */
export function parseCommand(args: readonly string[]): Command {
  const problems: string[] = [];
  const given = parseTexts(args, problems);
  if (given.help === true) return { kind: 'help' };
  const whole = (name: string, text: string, low: number, high: number): number => {
    const value = /^\d{1,12}$/.test(text) ? Number(text) : NaN;
    if (!(value >= low && value <= high))
      problems.push(`--${name} is "${text}": give a whole number, ${low} to ${high}`);
    return value;
  };
  const text = { ...defaults, ...given };
  const gpus = whole('gpus', text.gpus, 1, 1_000_000);
  const hosts = whole(
    'hosts',
    given.hosts ?? String(Math.min(31, gpus || 31)),
    1,
    Math.min(gpus || 1_000_000, 1_000_000),
  );
  const options: ExportOptions = {
    gpus,
    hosts,
    steps: whole('steps', text.steps, 1, 100_000_000),
    seed: whole('seed', text.seed, 0, 2 ** 32 - 1),
    interval: whole('interval', text.interval, 1, 86_400),
    start: parseStart(text.start, problems),
    shuffle: given.shuffle === true,
    constant: given.constant === true,
  };
  if (text.out === '') problems.push('--out is empty: give a file, or - for standard output');
  return problems.length > 0 ? { kind: 'wrong', problems } : { kind: 'generate', options, out: text.out };
}

type Given = Partial<Record<(typeof texts)[number], string>> & {
  shuffle?: boolean;
  constant?: boolean;
  help?: boolean;
};

function parseTexts(args: readonly string[], problems: string[]): Given {
  const flags = { shuffle: { type: 'boolean' }, constant: { type: 'boolean' }, help: { type: 'boolean' } } as const;
  const options = { ...Object.fromEntries(texts.map((name) => [name, { type: 'string' as const }])), ...flags };
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
    return {};
  }
}

function parseStart(text: string, problems: string[]): number {
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(time)) problems.push(`--start is "${text}": give a time such as ${defaults.start}`);
  return time;
}
