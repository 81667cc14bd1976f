import { fstatSync } from 'node:fs';
import { type OnReadOpts, Socket, type SocketConstructorOpts } from 'node:net';
import { type Readable } from 'node:stream';

/** Read at once, as Node does. */
const chunkBytes = 64 * 1024;
/** So many bytes wait in the stream; then nothing is read until they are taken. */
const mostWaiting = 16 * 1024;
/** A chunk of fewer bytes is copied: any number of them may wait. */
const fewBytes = 4 * 1024;
/** Of those that are not copied so many wait at most, besides one that is worked on and one that is filled. */
const buffers = Math.ceil(mostWaiting / fewBytes) + 2;

/**
 * What comes through a pipe, as a stream. A chunk is valid until the next is asked for: they are read into few buffers,
 * over and over. Node makes a new one for each, and looks for those that nobody uses any more when they take 32 MB.
 */
const pipeStream = (fd: number): Readable => {
  const pool = Array.from({ length: buffers }, () => Buffer.allocUnsafeSlow(chunkBytes));
  let turn = 0;
  let isKept = false;
  const callback = (bytes: number, into: Uint8Array): boolean => {
    const chunk = into.subarray(0, bytes) as Buffer;
    isKept = bytes >= fewBytes;
    return stream.push(isKept ? chunk : Buffer.from(chunk));
  };
  const buffer = (): Buffer => pool[isKept ? (turn = (turn + 1) % buffers) : turn]!;
  const options: SocketConstructorOpts & { readonly highWaterMark: number; readonly onread: OnReadOpts } = {
    ...{ fd, readable: true, writable: false, highWaterMark: mostWaiting },
    onread: { buffer, callback },
  };
  const stream = new Socket(options);
  return stream;
};

/** Standard input: from a file or a terminal it is Node's own. Chunks are valid as those of {@link pipeStream}. */
export const inputStream = (): Readable => {
  const stats = fstatSync(0, { bigint: true });
  return stats.isFIFO() || stats.isSocket() ? pipeStream(0) : process.stdin;
};
