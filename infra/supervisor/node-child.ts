import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { isRight } from 'fp-ts/lib/Either.js';
import { stopProcess } from '../processes/stop-process.js';
import { Announcement, type Role } from './announcement.js';
import { type ChildListener, type ChildProgram, type RunningChild } from './child-program.js';
import { type ChildEnd } from './child-record.js';

export interface NodeChildOptions {
  readonly role: Role;
  readonly name: string;
  /** The script and its arguments. */
  readonly script: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/**
 * A role as a Node process of its own, in a process group of its own so that Ctrl-C reaches the supervisor alone. Its
 * channel to us closes when we end, however we end, and it stops then.
 */
export const nodeChild = (options: NodeChildOptions): ChildProgram => ({
  role: options.role,
  name: options.name,
  start: async (listener): Promise<RunningChild> => {
    const child = spawn(process.execPath, ['--enable-source-maps', options.script, ...options.args], {
      env: options.env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
    });
    for (const input of [child.stdout!, child.stderr!]) createInterface({ input }).on('line', listener.onLine);
    child.on('message', (message) => hear(message, listener));
    const ended = new Promise<ChildEnd>((resolve) => child.once('close', (code, signal) => resolve({ code, signal })));
    await once(child, 'spawn');
    const pid = child.pid!;
    return { pid, ended, stop: (graceMs) => stopProcess({ pid, ended }, 'SIGTERM', graceMs) };
  },
});

/** A child may be of another version, so what it says is decoded; what is not understood is passed over. */
const hear = (message: unknown, listener: ChildListener): void => {
  listener.onHeard();
  const decoded = Announcement.decode(message);
  if (!isRight(decoded)) return;
  const told = decoded.right;
  if (told.kind === 'ready') listener.onReady(told.addresses);
  else if (told.kind === 'progress') listener.onProgress(told.details);
  else if (told.kind === 'final') listener.onFinal(told.reasons ?? []);
};
