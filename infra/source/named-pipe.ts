import { close, constants, open } from 'node:fs';
import { Socket } from 'node:net';
import { type Readable } from 'node:stream';
import { promisify } from 'node:util';

const [openNumbered, closeNumbered] = [promisify(open), promisify(close)];

/**
 * What comes out of a named pipe, whoever writes to it and when. It is opened without waiting for that, and read as a
 * socket is: a file that is waited for, to be opened or to be read, holds one of the few threads that Node has for files,
 * which nobody can take back, and without which no process ends.
 */
export const readPipe = async (path: string): Promise<Readable> => {
  const number = await openNumbered(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    return new Socket({ fd: number, readable: true, writable: false });
  } catch (error) {
    await closeNumbered(number);
    throw new Error('it is no pipe any more', { cause: error });
  }
};
