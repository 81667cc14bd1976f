import { fstatSync, writeSync } from 'node:fs';

/**
 * A writer of text to a file that is open as `descriptor`, such as redirected output, or undefined where it is a pipe or
 * a terminal. What does not fit throws. Node's own stream calls the system once and passes over what it did not take:
 * a disk that is nearly full cut the last text, and nobody was told.
 */
export const wholeWriter = (descriptor: number): ((text: string) => void) | undefined => {
  // As bigints: Node keeps the numbers of the last look, and takes a pipe's for those of a folder where it follows links
  // to modules, which it then loads by two names, the second time empty.
  if (!fstatSync(descriptor, { bigint: true }).isFile()) return undefined;
  return (text) => {
    let rest = Buffer.from(text);
    while (rest.length > 0) rest = rest.subarray(writeSync(descriptor, rest));
  };
};
