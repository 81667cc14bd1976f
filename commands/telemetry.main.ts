// First: what it begins is loaded beside all that comes after.
import { earlyThread } from './cli/early-thread.main.js';
import { stopSignal } from '../infra/cli/stop-signals.js';
import { wholeWriter } from '../infra/cli/write-whole.js';
import { writtenOut } from '../infra/cli/written-out.js';
import { isRolledBack } from '../infra/etcd/rolled-back.js';
import { endProcess } from '../infra/processes/end-process.js';
import { keepModels, passThrough, stayLive } from '../infra/processes/small-heap.js';
import { beginYoung } from '../infra/processes/young-objects.js';
import { announceFinal } from '../infra/supervisor/announce.js';
import { type HeapKind, type ProgramSurroundings, runProgram } from './run-program.main.js';

const complain = (line: string): void => void process.stderr.write(`${line}\n`);
const argv = process.argv.slice(2);
const tell = (why: string): void => complain(`telemetry ${argv[0] ?? ''}: ${why}`);

/** What is started for what it does, and not for what it says. */
const roles: ReadonlySet<string> = new Set(['up', 'stream', 'collect', 'serve', 'etcd']);
const failToPrint = ({ code, message }: NodeJS.ErrnoException): void => {
  if (code !== 'EPIPE') {
    tell(`the output cannot be written: ${message}`);
    process.exit(1);
  }
  // A reader that closes the output of another command, like `head`, has seen what it wanted.
  if (!roles.has(argv[0] ?? '')) process.exit(0);
};
process.stdout.on('error', failToPrint);
// A line for people that cannot be written, as on a full disk or where nobody reads it any more, is no reason to end.
process.stderr.on('error', () => undefined);

const toFile = wholeWriter(process.stdout.fd);
const print = (line: string): void => {
  if (toFile === undefined) return void process.stdout.write(`${line}\n`);
  try {
    toFile(`${line}\n`);
  } catch (error) {
    failToPrint(error as NodeJS.ErrnoException);
  }
};

const signal = stopSignal((why) => {
  tell(why);
  void endProcess(1);
});

const prepare: Readonly<Record<HeapKind, () => void>> = {
  models: keepModels,
  passing: passThrough,
  live: stayLive,
  requests: beginYoung,
};
const around: ProgramSurroundings = {
  ...{ signal, environment: process.env, print, complain, thread: earlyThread },
  onHeap: (kind) => prepare[kind](),
  failed: (error) => {
    if (isRolledBack(error)) announceFinal([(error as Error).message]);
  },
};
// Until it says how it ended: a process that has nothing left to do ends by itself.
process.exitCode = 1;
// Bundled, this is no module that may wait.
void runProgram(argv, around).then(async (code) => {
  await earlyThread?.end();
  process.exitCode = code;
  await writtenOut([process.stdout, process.stderr], signal);
  // Whatever a command left open by mistake must not keep its process from ending; nor, when it is told to stop, a call
  // to a silent etcd, which nobody waits for any more.
  setTimeout(() => void endProcess(code), signal.aborted ? 0 : 1_000).unref();
});
