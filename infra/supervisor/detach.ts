import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { makeFolder } from '../processes/make-folder.js';
import { openLogFile } from '../processes/log-file.js';
import { followLines, lastLines } from '../processes/tail-file.js';
import { runningSystem } from './running-system.js';
import { logFilePath, type SystemState } from './system-state.js';

export interface DetachOptions {
  readonly dataDir: string;
  /** The script and its arguments, with which the supervisor runs in the foreground. */
  readonly script: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Handed every line that the supervisor says while it is waited for. */
  readonly onLine: (line: string) => void;
}

export type Detached =
  | { readonly kind: 'ready'; readonly state: SystemState }
  /** It has ended with this exit code, and said why. */
  | { readonly kind: 'failed'; readonly code: number };

/**
 * Starts the supervisor as a process of its own that outlives this one, and waits until everything is ready or the
 * supervisor has given up. What it says goes into its log file. An aborted signal stops it again.
 */
export const startDetached = async (options: DetachOptions, signal: AbortSignal): Promise<Detached> => {
  const path = logFilePath(options.dataDir, 'supervisor');
  await makeFolder(options.dataDir, 0o700);
  const log = openLogFile(path);
  log.write(`${new Date().toISOString()} telemetry ${options.args.join(' ')}`);
  log.close();
  const { next } = await lastLines(path, 0);
  const file = openSync(path, 'a', 0o600);
  const supervisor = spawn(process.execPath, ['--enable-source-maps', options.script, ...options.args], {
    env: options.env,
    stdio: ['ignore', 'ignore', file],
    detached: true,
  });
  closeSync(file);
  const ended = new Promise<number>((resolve) => supervisor.once('close', (code) => resolve(code ?? 1)));
  const stop = (): void => void supervisor.kill('SIGTERM');
  signal.addEventListener('abort', stop, { once: true });
  const listening = new AbortController();
  const heard = followLines(path, next, options.onLine, listening.signal);
  const outcome = await Promise.race([ended, untilReady(options.dataDir, supervisor.pid, listening.signal)]);
  listening.abort();
  await heard;
  signal.removeEventListener('abort', stop);
  if (typeof outcome === 'number') return { kind: 'failed', code: outcome };
  supervisor.unref();
  return { kind: 'ready', state: outcome };
};

/** Looks until the supervisor with this pid says that everything is ready; for ever when it never does. */
const untilReady = async (dataDir: string, pid: number | undefined, signal: AbortSignal): Promise<SystemState> => {
  for (;;) {
    const state = await runningSystem(dataDir);
    if (state?.phase === 'ready' && state.supervisor.pid === pid) return state;
    await pause(100, undefined, { signal }).catch(() => new Promise<never>(() => undefined));
  }
};
