import { type Role } from '../../infra/supervisor/announcement.js';

/** How a run of a process came to its end. */
export interface Ending {
  readonly role: Role;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1)!;

/**
 * True when the last that a process said is what one says that finds no etcd as it starts, and ends; whoever keeps it
 * running starts it again. One that runs waits for etcd, says so in other words, and does not end.
 */
export const foundNoEtcd = (said: string): boolean => /etcd is unreachable \(.*\)\. Start it /.test(lastLine(said));

/** What `telemetry stream --json` prints when it ends. */
interface Summary {
  readonly sources: readonly { readonly outcome: string }[];
}

const isDone = ({ outcome }: Summary['sources'][number]): boolean => ['done', 'nothing-new'].includes(outcome);

/**
 * A streamer that is stopped before the end of its sources says so, with exit code 1. One that has said that it is done
 * ends, and knows nothing of signals any more while it does.
 */
const stoppedStreaming = ({ role, code, signal, stdout }: Ending): boolean => {
  if (role !== 'streamer' || (code !== 1 && signal !== 'SIGTERM') || stdout === '') return false;
  const { sources } = JSON.parse(lastLine(stdout)) as Summary;
  return sources.every((one) => isDone(one) || (code === 1 && one.outcome === 'stopped'));
};

/** How a process may end that nobody told to: a streamer with its work done; struck dead; because it found no etcd. */
export const isNoSurprise = ({ role, code, signal, stderr }: Ending): boolean =>
  (role === 'streamer' && code === 0) || signal === 'SIGKILL' || foundNoEtcd(stderr);

/** Of a process that is ready, of one that fails by itself, and of Node.js as it crashes. */
const words = /"msg":"ready"|^telemetry \S+: (?!stopped \()|^Node\.js v/m;

/**
 * Who is told to leave gives up what cannot be finished, with exit code 1 and no word of an error but that it was
 * stopped: its start, or what a streamer has in flight while etcd does not answer. One that has only just been started
 * knows nothing of signals.
 */
const gaveUp = ({ signal, code, stdout, stderr }: Ending): boolean =>
  (signal === 'SIGTERM' || code === 1) && stdout === '' && !words.test(stderr);

/** How a process may end that was told to leave. */
export const leftAsAsked = (ending: Ending): boolean =>
  ending.code === 0 || isNoSurprise(ending) || stoppedStreaming(ending) || gaveUp(ending);
