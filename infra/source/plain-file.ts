import { type FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type TextStep } from '../../domain/source-text.js';
import { type FileIdentity, identityAt, openAgain } from './file-identity.js';

/** Read at once; a whole block, so that few bytes are moved twice. */
const chunkBytes = 256 * 1024;
/** Kept of what was read last, to notice that the file was emptied and has grown past that point again. */
const rememberedBytes = 1024;

/**
 * A writer that held the file open while it was renamed gets so many pauses without a new byte before the file counts
 * as read to its end.
 */
const pausesAfterReplacement = 2;

/** How a file is read: once to its end, or on and on. */
export interface FileReading {
  readonly path: string;
  readonly identity: FileIdentity;
  /** Undefined reads to the end once; otherwise looks for more so often. */
  readonly followEveryMillis: number | undefined;
  /** Told how far the file has been read, in stored bytes. */
  readonly onRead: (readBytes: number) => void;
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Whether the bytes that were read last still stand before `at`. */
const standsStill = async (handle: FileHandle, at: number, remembered: Uint8Array): Promise<boolean> => {
  const { size } = await handle.stat();
  if (size < at) return false;
  const now = Buffer.alloc(remembered.length);
  const { bytesRead } = await handle.read(now, 0, now.length, at - now.length);
  return bytesRead === now.length && now.equals(remembered);
};

const pause = async (millis: number, signal: AbortSignal): Promise<void> => {
  await sleep(millis, undefined, { signal }).catch(() => undefined);
};

async function* readHandle(
  handle: FileHandle,
  from: number,
  reading: FileReading,
  signal: AbortSignal,
): AsyncGenerator<TextStep, void, undefined> {
  const { path, identity, followEveryMillis, onRead } = reading;
  const buffer = Buffer.allocUnsafe(chunkBytes);
  let at = from;
  let remembered: Uint8Array = Buffer.alloc(0);
  let pausesSinceReplaced = 0;
  let hasPaused = false;
  while (!signal.aborted) {
    if (hasPaused && !(await standsStill(handle, at, remembered))) return yield { kind: 'replaced' };
    const { bytesRead } = await handle.read(buffer, 0, chunkBytes, at);
    if (bytesRead > 0) {
      const bytes = buffer.subarray(0, bytesRead);
      at += bytesRead;
      remembered = Buffer.concat([remembered, bytes.subarray(-rememberedBytes)]).subarray(-rememberedBytes);
      hasPaused = false;
      pausesSinceReplaced = 0;
      onRead(at);
      yield { kind: 'text', bytes };
      continue;
    }
    if (followEveryMillis === undefined) return yield { kind: 'end' };
    if (pausesSinceReplaced >= pausesAfterReplacement) return yield { kind: 'replaced' };
    yield { kind: 'idle' };
    await pause(followEveryMillis, signal);
    hasPaused = true;
    const now = await identityAt(path);
    pausesSinceReplaced = now === undefined || now === identity ? 0 : pausesSinceReplaced + 1;
  }
}

/** The bytes of a file as they are stored, from `from` on. Disk errors become a `broken` step. */
export async function* readFileFrom(
  reading: FileReading,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<TextStep, void, undefined> {
  let handle: FileHandle | undefined;
  try {
    handle = await openAgain(reading.path, reading.identity);
    if (handle === undefined) return yield { kind: 'broken', message: 'the file was removed or replaced' };
    yield* readHandle(handle, from, reading, signal);
  } catch (error) {
    yield { kind: 'broken', message: `reading failed: ${reasonOf(error)}` };
  } finally {
    await handle?.close();
  }
}
