import { availableParallelism } from 'node:os';
import { Thread } from '../../infra/threads/thread.js';

/** The thread in which a streamer reads files. Whoever begins it ends it. */
export const beginThread = (complain: (line: string) => void): Thread =>
  new Thread(new URL('./appends-thread.main.js', import.meta.url), (error) =>
    complain(`telemetry stream: the thread that reads files failed: ${String(error)}`),
  );

/** Options of a streamer that reads in one thread, or that is not to say at once what it reads. */
const unlikely = ['-', '--follow', '--loop', '--restamp', '--speed', '--threads', '--help', '-h'];

/**
 * Begins it for a command line that is likely to need it, before anything else is loaded: it takes as long as this one to
 * be ready. Undefined for others, whose command begins it when it knows.
 */
export const beginThreadFor = (args: readonly string[], complain: (line: string) => void): Thread | undefined =>
  availableParallelism() > 1 && args.length > 0 && !args.some((one) => unlikely.includes(one.split('=')[0]!))
    ? beginThread(complain)
    : undefined;
