import { type FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type TextStep } from '../../domain/source-text.js';
import { type FileIdentity, identityAt, openAgain } from './file-identity.js';

/** Read at once, while what was read before is worked on: few large reads, since each is a trip to another thread. */
const chunkBytes = 512 * 1024;
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
  /** The file itself, held open by somebody else; undefined opens it by its path and identity. */
  readonly held: FileHandle | undefined;
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

/** Reads a file in order with two buffers: while one is worked on, the other is filled. */
class ReadAhead {
  #buffers = [Buffer.allocUnsafeSlow(chunkBytes), Buffer.allocUnsafeSlow(chunkBytes)] as const;
  #ahead: { readonly at: number; readonly bytes: Promise<Buffer> } | undefined;

  constructor(private readonly handle: FileHandle) {}

  /** What stands at `at`; nothing at the end of the file. Valid until the next but one is asked for. */
  async read(at: number): Promise<Buffer> {
    const bytes = await (this.#ahead?.at === at ? this.#ahead.bytes : this.#start(at));
    // A short read is the end, or near it: what may be appended there is looked for when it is asked for.
    this.#ahead = bytes.length < chunkBytes ? undefined : this.#startAhead(at + bytes.length);
    return bytes;
  }

  #startAhead(at: number): { readonly at: number; readonly bytes: Promise<Buffer> } {
    const bytes = this.#start(at);
    // Nobody may ever ask for it; who does hears of the error.
    bytes.catch(() => undefined);
    return { at, bytes };
  }

  async #start(at: number): Promise<Buffer> {
    const [buffer, other] = this.#buffers;
    this.#buffers = [other, buffer];
    const { bytesRead } = await this.handle.read(buffer, 0, chunkBytes, at);
    return buffer.subarray(0, bytesRead);
  }
}

async function* readHandle(
  handle: FileHandle,
  from: number,
  reading: FileReading,
  signal: AbortSignal,
): AsyncGenerator<TextStep, void, undefined> {
  const { path, identity, followEveryMillis, onRead } = reading;
  const chunks = new ReadAhead(handle);
  let at = from;
  let remembered: Uint8Array = Buffer.alloc(0);
  let pausesSinceReplaced = 0;
  let hasPaused = false;
  while (!signal.aborted) {
    if (hasPaused && !(await standsStill(handle, at, remembered))) return yield { kind: 'replaced' };
    const bytes = await chunks.read(at);
    if (bytes.length > 0) {
      at += bytes.length;
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
    handle = reading.held ?? (await openAgain(reading.path, reading.identity));
    if (handle === undefined) return yield { kind: 'broken', message: 'the file was removed or replaced' };
    yield* readHandle(handle, from, reading, signal);
  } catch (error) {
    // A held file is closed by the same signal, at whatever point its reading is.
    if (signal.aborted) return;
    yield { kind: 'broken', message: `reading failed: ${reasonOf(error)}` };
  } finally {
    if (handle !== reading.held) await handle?.close();
  }
}
