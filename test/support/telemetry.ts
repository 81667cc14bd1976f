import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { endWithTests } from './end-with-tests.js';
import { never } from './never.js';

/** The compiled program, as `npm run telemetry` and the package's bin run it. */
export const program: string = fileURLToPath(new URL('../../program/telemetry.js', import.meta.url));

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningTelemetry {
  readonly child: ChildProcess;
  readonly pid: number;
  /** What it has written so far. */
  readonly stdout: string;
  readonly stderr: string;
  readonly ended: Promise<Run>;
}

/** The variables of this process without those that configure telemetry, so that a test sees its own only. */
const cleanEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('TELEMETRY_') || name === 'TELEMETRY_ETCD_BIN'),
  );

/**
 * Starts `telemetry ARGS` as a process of its own; the caller ends it.
 *
 * @param input `pipe` when the caller writes to its standard input
 * @param script another build of the program
 */
export const startTelemetry = (
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  input: 'ignore' | 'pipe' = 'ignore',
  script = program,
): RunningTelemetry => {
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...cleanEnvironment(), ...environment },
    stdio: [input, 'pipe', 'pipe'],
  });
  endWithTests(child);
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  const ended = new Promise<Run>((resolve) => child.once('close', (code) => resolve({ code, ...output })));
  return {
    child,
    pid: child.pid!,
    ended,
    get stdout() {
      return output.stdout;
    },
    get stderr() {
      return output.stderr;
    },
  };
};

/** Runs `telemetry ARGS` to its end, as a process of its own. */
export const runProcess = (args: readonly string[], environment?: NodeJS.ProcessEnv): Promise<Run> =>
  startTelemetry(args, environment).ended;

/** What is a process of its own wherever it runs: it takes room, is watched and killed. */
const roles: ReadonlySet<string> = new Set(['up', 'stream', 'collect', 'serve', 'etcd']);

/**
 * Runs `telemetry ARGS` to its end. Roles are processes; short commands run within this one, all but the few lines of
 * the program that concern its process, since starting one takes longer than most of them do.
 */
export const runTelemetry = async (args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Run> => {
  if (roles.has(args[0] ?? '')) return runProcess(args, environment);
  const { runProgram } = await import('../../commands/run-program.main.js');
  const said = { stdout: '', stderr: '' };
  const code = await runProgram(args, {
    signal: never,
    environment: { ...cleanEnvironment(), ...environment },
    print: (line) => void (said.stdout += `${line}\n`),
    complain: (line) => void (said.stderr += `${line}\n`),
    onHeap: () => undefined,
  });
  return { code, ...said };
};
