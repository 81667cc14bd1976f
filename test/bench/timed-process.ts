import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { peakMegabytes } from '../support/peak-megabytes.js';

export interface TimedRun {
  /** From its start to its end, of a cold process. */
  readonly seconds: number;
  readonly stdout: string;
  /** Its most memory, in megabytes, as the system counts it. */
  readonly megabytes: number;
}

/**
 * Runs a Node program to its end.
 *
 * @throws Error when it ends with another exit code than 0
 */
export const timeProcess = async (args: readonly string[], input?: string): Promise<TimedRun> => {
  const started = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(input);
  let [stdout, stderr, megabytes] = ['', '', 0];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const looking = setInterval(() => {
    void peakMegabytes(child.pid!).then(
      (now) => (megabytes = Math.max(megabytes, now)),
      () => undefined,
    );
  }, 50);
  const [code] = (await once(child, 'close')) as [number | null];
  clearInterval(looking);
  const seconds = (performance.now() - started) / 1000;
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${String(code)}: ${stderr.slice(-1_000)}`);
  return { seconds, stdout, megabytes };
};
