import { execFileSync } from 'node:child_process';
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { eventually } from './eventually.js';

export const makePipe = (path: string): void => void execFileSync('mkfifo', [path]);

/** Opens a named pipe for writing when somebody has opened it for reading, or waits to. Whoever opens it closes it. */
export const openForReader = async (path: string): Promise<FileHandle> => {
  let writer: FileHandle | undefined;
  await eventually(`somebody reads ${path}`, async () => {
    writer = await open(path, constants.O_WRONLY | constants.O_NONBLOCK).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENXIO') return undefined;
      throw error;
    });
    return writer !== undefined;
  });
  return writer!;
};
