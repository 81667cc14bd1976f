import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type Readable } from 'node:stream';

/**
 * A program that knows nothing of us must still end when we do, even when we are killed: the shell around it holds
 * the reading end of a pipe, and when the writing end closes it stops the program, by force after 5 s, and then
 * removes the folder that it was given, if any. The program's pid is its first line on descriptor 4.
 */
const guard = `
remove=$1; shift
exec 3<&0
"$@" </dev/null 3<&- 4>&- &
program=$!
echo "$program" >&4
exec 4>&-
(
  read -r nothing <&3
  trap '' TERM
  kill -TERM "$program" 2>/dev/null; kill -CONT "$program" 2>/dev/null
  tries=0
  while kill -0 "$program" 2>/dev/null; do
    tries=$((tries + 1)); [ "$tries" -lt 50 ] || kill -KILL "$program" 2>/dev/null
    sleep 0.1
  done
  [ -z "$remove" ] || rm -rf -- "$remove"
) 2>/dev/null &
watcher=$!
exec 3<&-
wait "$program"
code=$?
kill "$watcher" 2>/dev/null
exit "$code"
`;

/** How a guarded program ended: its exit code, 128 + the signal's number when a signal ended it. */
export interface GuardedEnd {
  readonly code: number;
}

export interface Guarded {
  readonly pid: number;
  readonly ended: Promise<GuardedEnd>;
}

export interface GuardOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly onLine: (line: string) => void;
  /** A folder to remove when this process has died before the program was stopped. */
  readonly removeAfterUs?: string | undefined;
}

/**
 * Starts a program in a process group of its own that ends with this process whatever happens to either, with its
 * error output read line by line. Rejects only when there is no /bin/sh.
 */
export const spawnGuarded = async (
  program: string,
  args: readonly string[],
  options: GuardOptions,
): Promise<Guarded> => {
  const shell = spawn('/bin/sh', ['-c', guard, 'sh', options.removeAfterUs ?? '', program, ...args], {
    env: options.env,
    stdio: ['pipe', 'ignore', 'pipe', 'ignore', 'pipe'],
    detached: true,
  });
  createInterface({ input: shell.stderr as Readable }).on('line', options.onLine);
  const ended = new Promise<GuardedEnd>((resolve) => shell.once('close', (code) => resolve({ code: code ?? 137 })));
  return { pid: await reportedPid(shell), ended };
};

const reportedPid = (shell: ChildProcess): Promise<number> =>
  new Promise((resolve, reject) => {
    shell.once('error', reject);
    createInterface({ input: shell.stdio[4] as Readable }).once('line', (line) => resolve(Number(line)));
  });
