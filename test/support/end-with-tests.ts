import { type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';

const children = new Set<ChildProcess>();

let isWatched = false;

const watch = (): void => {
  isWatched = true;
  process.once('exit', () => {
    for (const child of children) child.kill('SIGKILL');
  });
  // Without a listener a process ends by the signal, and nothing hears of its exit.
  for (const signal of ['SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => process.exit(128 + constants.signals[signal]));
};

/** Ends a child with the process of the tests, however that ends: by itself, by a failure, or told to from outside. */
export const endWithTests = (child: ChildProcess): void => {
  if (!isWatched) watch();
  children.add(child);
  child.once('exit', () => children.delete(child));
};
