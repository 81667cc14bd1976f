import { spawn } from 'node:child_process';

/** How a short-lived command ended. `code` is null when it could not be started or was stopped by a signal. */
export interface CommandEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds after which the command is killed. */
  readonly withinMs: number;
  readonly signal?: AbortSignal;
}

/** Bytes kept of each of the two outputs: enough for a message, bounded for a command that babbles. */
const keptOutput = 64 * 1024;

/** Runs a command without a shell and gives back how it ended; never rejects: failing to start is an end too. */
export const runCommand = (command: string, args: readonly string[], options: CommandOptions): Promise<CommandEnd> =>
  new Promise((resolve) => {
    const { withinMs, ...rest } = options;
    const child = spawn(command, args, {
      ...rest,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: withinMs,
      killSignal: 'SIGKILL',
    });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] = (output[name] + text).slice(-keptOutput);
      });
    }
    child.once('error', (error) => resolve({ code: null, ...output, stderr: output.stderr || error.message }));
    child.once('close', (code) => resolve({ code, ...output }));
  });
