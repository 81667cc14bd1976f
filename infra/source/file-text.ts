import { createReadStream } from 'node:fs';
import { type FileHandle, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../domain/error-message.js';
import { type OpenText, type SourceText, type TextOpening, type TextStep } from '../../domain/source-text.js';
import { visible } from '../../domain/visible-text.js';
import { type FileIdentity, identityAt, identityOf, openNow } from './file-identity.js';
import { inflate, isGzip, skipText } from './inflate.js';
import { readPipe } from './named-pipe.js';
import { readFileFrom } from './plain-file.js';
import { streamText } from './stream-text.js';
import { isWithin, realPathWithin } from './within-folders.js';

export interface FileOptions {
  /** Undefined reads a file to its end; otherwise what is appended to it is looked for so often. */
  readonly followEveryMillis: number | undefined;
  /** How long an append waits for more rows at most: what comes out of a pipe is handed on by then. */
  readonly waitMillis?: number;
  /** The folders that a file must stand in, whatever links lead to it; undefined for any. */
  readonly within?: readonly string[] | undefined;
}

const unreadable = (path: string, message: string): TextOpening => ({
  kind: 'unreadable',
  path: visible(path),
  message,
});

const outside = (path: string, folders: readonly string[]): TextOpening =>
  unreadable(path, `it stands outside of ${folders.join(' and ')}, which --source-root keeps sources to`);

const sentenceFor = (error: unknown): string => {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'it may not be read by this user';
  return message;
};

async function* storedBytes(steps: AsyncIterable<TextStep>): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const step of steps) {
    if (step.kind === 'text') yield step.bytes;
    if (step.kind === 'broken') throw new Error(step.message);
  }
}

/** Gzip data read from a file; a disk error is as much a break as a missing end. An abort just ends it. */
async function* inflated(
  steps: AsyncIterable<TextStep>,
  signal: AbortSignal,
): AsyncGenerator<TextStep, void, undefined> {
  try {
    for await (const step of inflate(storedBytes(steps))) {
      if (signal.aborted) return;
      yield step;
    }
  } catch (error) {
    yield { kind: 'broken', message: messageOf(error) };
  }
}

const lookAt = async (
  handle: FileHandle,
): Promise<{ readonly identity: FileIdentity; readonly size: number; readonly start: Uint8Array }> => {
  const stats = await handle.stat({ bigint: true });
  if (!stats.isFile()) throw new Error('it is not a file any more');
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
  return { identity: identityOf(stats), size: Number(stats.size), start: buffer.subarray(0, bytesRead) };
};

/**
 * A file that is followed is held open until its path is opened anew: wherever it is moved meanwhile, and even when it
 * is removed, it can be read on.
 */
class HeldFile {
  #close: () => Promise<void> = async () => undefined;

  /** Until another is held, or the signal aborts. */
  async hold(handle: FileHandle, signal: AbortSignal): Promise<void> {
    await this.#close();
    const onAbort = () => void handle.close().catch(() => undefined);
    signal.addEventListener('abort', onAbort, { once: true });
    this.#close = async () => {
      signal.removeEventListener('abort', onAbort);
      await handle.close();
    };
  }
}

const openFile = async (
  path: string,
  { followEveryMillis, within }: FileOptions,
  hold: (handle: FileHandle) => Promise<void>,
): Promise<TextOpening> => {
  const isFollowed = followEveryMillis !== undefined;
  const handle = await openNow(path);
  if (isFollowed) await hold(handle);
  const { identity, size, start } = await lookAt(handle).finally(() => (isFollowed ? undefined : handle.close()));
  if (within && !(await isWithin(path, identity, within))) return outside(path, within);
  const compressed = isGzip(start);
  if (compressed && isFollowed) {
    return unreadable(path, 'a compressed file cannot be followed; give it without --follow');
  }
  let readBytes = 0;
  let sizeBytes = size;
  const onRead = (bytes: number): void => {
    readBytes = bytes;
    sizeBytes = Math.max(sizeBytes, bytes);
  };
  const held = isFollowed ? handle : undefined;
  const reading = { path, held, identity, size, followEveryMillis, onRead };
  const text: SourceText = {
    path: visible(path),
    isFollowed,
    isPlain: !compressed && !isFollowed,
    progress: () => ({ readBytes, sizeBytes }),
    canGoBackTo: () => true,
    settled: () => undefined,
    unsettled: () => undefined,
    steps: (from, signal, wishes) =>
      compressed
        ? skipText(inflated(readFileFrom(reading, 0, signal), signal), from)
        : readFileFrom(reading, from, signal, wishes),
  };
  return { kind: 'opened', text };
};

/** A file, or what comes once out of a named pipe or a device. */
const openAny = async (
  path: string,
  options: FileOptions,
  followed: HeldFile,
  signal: AbortSignal,
): Promise<TextOpening> => {
  try {
    const found = await stat(path);
    if (found.isFile()) return await openFile(path, options, (handle) => followed.hold(handle, signal));
    if (!found.isFIFO() && !found.isCharacterDevice()) return unreadable(path, 'it is not a file');
    const { within } = options;
    if (within && (await realPathWithin(path, within)) === undefined) return outside(path, within);
    const stream = found.isFIFO() ? await readPipe(path) : createReadStream(path);
    return await streamText(path, stream, options.waitMillis)(signal);
  } catch (error) {
    return unreadable(path, sentenceFor(error));
  }
};

/** A file at a path, compressed or not. When it is opened again, as after a replacement, it is waited for. */
export const fileText = (path: string, options: FileOptions): OpenText => {
  let wasOpened = false;
  const followed = new HeldFile();
  return async (signal) => {
    while (wasOpened && options.followEveryMillis !== undefined && (await identityAt(path)) === undefined) {
      await sleep(options.followEveryMillis, undefined, { signal });
    }
    wasOpened = true;
    return openAny(path, options, followed, signal);
  };
};
