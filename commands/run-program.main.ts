import { readFileSync } from 'node:fs';
import { type CliCommand, type CliGroup, type ExitCode } from '../infra/cli/cli-command.js';
import { type CliSurroundings } from '../infra/cli/run-cli.js';

/** What the heap of a command's process is to be good for. */
export type HeapKind = 'models' | 'passing' | 'live' | 'requests';

interface Entry {
  readonly summary: string;
  /** Set where models are held in little memory, much is passed through, or requests are answered. */
  readonly heap?: (args: readonly string[]) => HeapKind;
  /** It loads more when it runs. */
  readonly loadsMore?: true;
  readonly load: () => Promise<{ readonly command: CliCommand | CliGroup }>;
}

/** Every command by its name. Each is loaded only when it is called, so that `--help` need not wait for all of them. */
const commands: Readonly<Record<string, Entry>> = {
  up: {
    summary: 'run a whole system: etcd, streamers, collectors and gateways',
    load: () => import('./cli/up.main.js'),
  },
  status: {
    summary: 'what runs, where it listens and how full etcd is',
    load: () => import('./cli/status.main.js'),
  },
  logs: {
    summary: 'what the processes of a system have logged',
    load: () => import('./cli/logs.main.js'),
  },
  scale: {
    summary: 'change how many streamers, collectors and gateways run',
    load: () => import('./cli/scale.main.js'),
  },
  down: {
    summary: 'stop a system in order, and with --purge remove its data',
    load: () => import('./cli/down.main.js'),
  },
  stream: {
    summary: 'stream DCGM samples from CSV files into the log',
    heap: (args) => (args.includes('-') || args.includes('--follow') ? 'live' : 'passing'),
    loadsMore: true,
    load: () => import('./cli/stream.main.js'),
  },
  collect: {
    summary: 'follow the log and build the read models',
    heap: () => 'models',
    load: () => import('./cli/collect.main.js'),
  },
  serve: {
    summary: 'serve the query API',
    heap: () => 'requests',
    load: () => import('./cli/serve.main.js'),
  },
  log: {
    summary: 'what the log holds, and whether it is whole',
    load: () => import('./cli/log.main.js'),
  },
  verify: {
    summary: 'whether every row is an event or a dead letter, and every event is folded once',
    load: () => import('./cli/verify.main.js'),
  },
  projections: {
    summary: 'the read models: how far they are, and whether they are right',
    load: () => import('./cli/projections.main.js'),
  },
  'dead-letters': {
    summary: 'the rows that could not become events',
    load: () => import('./cli/dead-letters.main.js'),
  },
  etcd: {
    summary: 'run the embedded etcd alone, in the foreground',
    load: () => import('./cli/etcd.main.js'),
  },
  doctor: {
    summary: 'what this machine has and lacks, with the command that mends it',
    load: () => import('./cli/doctor.main.js'),
  },
};

const overview = (): string => {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  return [
    'Usage: telemetry COMMAND [options]',
    '',
    'Elastic, event-sourced GPU telemetry on etcd: DCGM samples in, REST, GraphQL and live feeds out.',
    '',
    'Commands:',
    ...Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'telemetry COMMAND --help shows its options. Every option is also an environment variable TELEMETRY_…',
    'Exit codes: 0 done, 1 failed or a difference found, 2 bad usage.',
  ].join('\n');
};

const version = (): string => {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
};

export interface ProgramSurroundings extends CliSurroundings {
  /** Called before a command begins whose heap is to be good for something. */
  readonly onHeap: (kind: HeapKind) => void;
}

/** The whole program but for what belongs to its process: `telemetry ARGV`, to its exit code. */
export const runProgram = async (argv: readonly string[], around: ProgramSurroundings): Promise<ExitCode> => {
  const { print, complain } = around;
  const [first, ...rest] = argv;
  if (first === undefined || first === '--help' || first === '-h' || (first === 'help' && rest.length === 0)) {
    (first === undefined ? complain : print)(overview());
    return first === undefined ? 2 : 0;
  }
  if (first === '--version' || first === '-V') {
    print(version());
    return 0;
  }
  if (first === 'help') return runProgram([...rest, '--help'], around);
  const entry = Object.hasOwn(commands, first) ? commands[first] : undefined;
  if (entry === undefined) {
    const what = first.startsWith('-') ? `unknown option ${first}` : `unknown command ${first}`;
    complain(`telemetry: ${what}. Commands: ${Object.keys(commands).join(', ')}. See telemetry --help.`);
    return 2;
  }
  const [{ runCli }, { command }] = await Promise.all([import('../infra/cli/run-cli.js'), entry.load()]);
  // Not before: V8 takes the code that it made earlier only as long as it is set up as it was then.
  const loaded = (): void => {
    if (entry.heap) around.onHeap(entry.heap(rest));
  };
  if (!entry.loadsMore) loaded();
  return runCli(first, command, rest, { ...around, loaded });
};
