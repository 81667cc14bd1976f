import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Bytes after which a log file is put aside as `….1`, replacing the one before: two files bound the space. */
const turnOverAt = 10 * 2 ** 20;

export interface LogFile {
  /** Appends one line; written before this returns, so that what a process said last can be read after its end. */
  readonly write: (line: string) => void;
  readonly close: () => void;
}

export const openLogFile = (path: string): LogFile => {
  mkdirSync(dirname(path), { recursive: true });
  let file = openSync(path, 'a', 0o600);
  let size = fstatSync(file).size;
  return {
    write: (line) => {
      if (size > turnOverAt) {
        closeSync(file);
        renameSync(path, `${path}.1`);
        file = openSync(path, 'a', 0o600);
        size = 0;
      }
      size += writeSync(file, `${line}\n`);
    },
    close: () => closeSync(file),
  };
};
