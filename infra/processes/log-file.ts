import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Bytes after which a log file is put aside as `….1`, replacing the one before: two files bound the space. */
const turnOverAt = 10 * 2 ** 20;

export interface LogFile {
  /**
   * Appends one line; written before this returns, so that what a process said last can be read after its end. Never
   * throws: a line that cannot be written, as on a full disk, is lost, and the next one is tried on a file opened anew.
   */
  readonly write: (line: string) => void;
  readonly close: () => void;
}

interface OpenFile {
  readonly descriptor: number;
  size: number;
}

const open = (path: string): OpenFile => {
  makeFolderOf(path);
  const descriptor = openSync(path, 'a', 0o600);
  return { descriptor, size: fstatSync(descriptor).size };
};

const makeFolderOf = (path: string): void => {
  try {
    mkdirSync(dirname(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
};

/**
 * Opens a log file in a folder that is made when it is missing; the one above that is there.
 *
 * @param onTrouble told once when lines begin to be lost, with a sentence that says why; again only after a line got in
 */
export const openLogFile = (path: string, onTrouble: (news: string) => void = () => undefined): LogFile => {
  let file: OpenFile | undefined;
  let isTold = false;
  const close = (): void => {
    const left = file;
    // First, so that nothing is tried again on a descriptor that may not be closed twice.
    file = undefined;
    if (left !== undefined) closeSync(left.descriptor);
  };
  const append = (text: string): void => {
    file ??= open(path);
    if (file.size > turnOverAt) {
      close();
      renameSync(path, `${path}.1`);
      file = open(path);
    }
    file.size += writeSync(file.descriptor, text);
  };
  const attempt = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      abandon(close);
      if (!isTold) onTrouble(`${path} cannot be written (${(error as Error).message}); lines are lost until it can.`);
      isTold = true;
    }
  };
  attempt(() => {
    file = open(path);
  });
  return {
    write: (line) =>
      attempt(() => {
        append(`${line}\n`);
        isTold = false;
      }),
    close: () => abandon(close),
  };
};

/** Closes what may be broken: there is nothing left to do about it when that fails too. */
const abandon = (close: () => void): void => {
  try {
    close();
  } catch {
    return;
  }
};
