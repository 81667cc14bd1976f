import { beginThreadFor } from './reading-thread.main.js';

const [command, ...args] = process.argv.slice(2);
const complain = (line: string): void => void process.stderr.write(`${line}\n`);

/** The thread that a streamer reads in, where one is likely to: begun when this module is loaded, before all others. */
export const earlyThread = command === 'stream' ? beginThreadFor(args, complain) : undefined;
