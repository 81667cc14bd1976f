import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { runningSystem } from './running-system.js';
import { logFilePath, logFolder, type SystemState } from './system-state.js';

export interface DetachOptions {
  readonly dataDir: string;
  /** The script and its arguments, with which the supervisor runs in the foreground. */
  readonly script: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

export type Detached =
  | { readonly kind: 'ready'; readonly state: SystemState }
  /** What the supervisor said before it ended, and its exit code. */
  | { readonly kind: 'failed'; readonly said: string; readonly code: number };

/**
 * Starts the supervisor as a process of its own that outlives this one, and waits until everything is ready or the
 * supervisor has given up. What it says goes into its log file. An aborted signal stops it again.
 */
export const startDetached = async (options: DetachOptions, signal: AbortSignal): Promise<Detached> => {
  const log = logFilePath(options.dataDir, 'supervisor');
  mkdirSync(logFolder(options.dataDir), { recursive: true });
  const before = await stat(log).then(
    ({ size }) => size,
    () => 0,
  );
  const file = openSync(log, 'a', 0o600);
  const supervisor = spawn(process.execPath, ['--enable-source-maps', options.script, ...options.args], {
    env: options.env,
    stdio: ['ignore', file, file],
    detached: true,
  });
  closeSync(file);
  let code: number | undefined;
  supervisor.once('close', (exit) => {
    code = exit ?? 1;
  });
  const stop = (): void => void supervisor.kill('SIGTERM');
  signal.addEventListener('abort', stop, { once: true });
  for (;;) {
    if (code !== undefined) {
      const said = (await readFile(log)).subarray(before).toString('utf8').trimEnd();
      return { kind: 'failed', said, code };
    }
    const state = await runningSystem(options.dataDir);
    if (state?.phase === 'ready' && state.supervisor.pid === supervisor.pid) {
      signal.removeEventListener('abort', stop);
      supervisor.unref();
      return { kind: 'ready', state };
    }
    await pause(100);
  }
};
