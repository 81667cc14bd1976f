import { readFile } from 'node:fs/promises';
import { endProcess } from '../../../infra/processes/end-process.js';
import { Thread } from '../../../infra/threads/thread.js';

/* Run as a process: has a thread, or itself, read a file, and ends itself at a word from outside. */
const [where, path] = process.argv.slice(2) as ['thread' | 'process', string];

// First: the word comes as soon as the file is open, however late this thread is by then.
process.once('SIGUSR2', () => void endProcess(1));
if (where === 'thread') new Thread(new URL('./waiting-thread.js', import.meta.url), console.error).setUp(path);
else void readFile(path);
