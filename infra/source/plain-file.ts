import { type FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../domain/error-message.js';
import { type TextStep, type TextWishes } from '../../domain/source-text.js';
import { type FileIdentity, identityAt, openAgain } from './file-identity.js';

/** Read at once, while what was read before is worked on: few large reads, since each is a trip to another thread. */
const chunkBytes = 512 * 1024;
/** One is worked on; the others are read, as long as each read finds its buffer full. */
const mostBuffers = 3;
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
  /** Its bytes when it was opened. */
  readonly size: number;
  /** Undefined reads to the end once; otherwise looks for more so often. */
  readonly followEveryMillis: number | undefined;
  /** Told how far the file has been read, in stored bytes. */
  readonly onRead: (readBytes: number) => void;
}

/** Whether the bytes that were read last still stand before `at`: if not, what stands behind it does not follow them. */
const standsStill = async (handle: FileHandle, at: number, remembered: Uint8Array): Promise<boolean> => {
  const { size } = await handle.stat();
  if (size < at) return false;
  const now = Buffer.alloc(remembered.length);
  const { bytesRead } = await handle.read(now, 0, now.length, at - now.length);
  return bytesRead === now.length && now.equals(remembered);
};

/** The end of a file at rest. Where it had more, what it was cut in is no row. */
const endAt = (at: number, { size }: FileReading): TextStep =>
  at < size
    ? { kind: 'broken', message: `it became shorter while it was read: it had ${String(size)} bytes` }
    : { kind: 'end' };

const replacedAt = (at: number, wentOn: boolean): TextStep =>
  wentOn ? { kind: 'replaced', cutAt: at } : { kind: 'replaced' };

const pause = async (millis: number, signal: AbortSignal): Promise<void> => {
  await sleep(millis, undefined, { signal }).catch(() => undefined);
};

/** A read under way. */
interface Ahead {
  readonly at: number;
  readonly buffer: Buffer;
  readonly bytes: Promise<Buffer>;
}

/** Reads a file in order: while one buffer is worked on, others are filled. */
class ReadAhead {
  readonly #unused: Buffer[];
  readonly #chunkBytes: number;
  readonly #mostAhead: number;
  readonly #ahead: Ahead[] = [];
  #given: Buffer | undefined;
  #filled = false;
  #most = 1;
  /** Of the chunk that is read next. */
  #nextBytes: number;

  /** @param wishes with `atFirst` nothing is read behind the first chunk yet */
  constructor(
    private readonly handle: FileHandle,
    { lent, atFirst }: TextWishes,
  ) {
    this.#unused = [...(lent ?? [])];
    this.#chunkBytes = lent?.[0]?.length ?? chunkBytes;
    this.#mostAhead = (lent?.length ?? mostBuffers) - 1;
    this.#nextBytes = Math.min(atFirst || this.#chunkBytes, this.#chunkBytes);
  }

  /** Whether what was read last was as much as there was room for: the file may go on behind it. */
  get filled(): boolean {
    return this.#filled;
  }

  /** What stands at `at`; nothing at the end of the file. Valid until the next is asked for. */
  async read(at: number): Promise<Buffer> {
    if (this.#given) this.#free(this.#given);
    this.#given = undefined;
    if (this.#ahead[0]?.at !== at) await this.forget();
    if (this.#ahead.length === 0) this.#start(at);
    const { buffer, bytes } = this.#ahead.shift()!;
    const read = await bytes;
    this.#given = buffer;
    this.#filled = read.length === buffer.length;
    if (read.length === this.#chunkBytes) {
      while (this.#ahead.length < this.#most) this.#start(at + (this.#ahead.length + 1) * this.#chunkBytes);
      this.#most = Math.min(this.#most + 1, this.#mostAhead);
    } else {
      // The end, or near it: what may be appended there is looked for when it is asked for.
      await this.forget();
    }
    return read;
  }

  #start(at: number): void {
    const length = this.#nextBytes;
    this.#nextBytes = this.#chunkBytes;
    const buffer = this.#unused.pop() ?? Buffer.allocUnsafeSlow(length);
    const bytes = this.handle.read(buffer, 0, length, at).then(({ bytesRead }) => buffer.subarray(0, bytesRead));
    // Nobody may ever ask for it; who does hears of the error.
    bytes.catch(() => undefined);
    this.#ahead.push({ at, buffer, bytes });
  }

  /** Their buffers are free when they have ended, however they did. */
  async forget(): Promise<void> {
    await Promise.allSettled(this.#ahead.map(({ bytes }) => bytes));
    for (const { buffer } of this.#ahead.splice(0)) this.#free(buffer);
    this.#most = 1;
  }

  /** For the next chunk, when a whole one fits. */
  #free(buffer: Buffer): void {
    if (buffer.length === this.#chunkBytes) this.#unused.push(buffer);
  }
}

async function* readHandle(
  handle: FileHandle,
  chunks: ReadAhead,
  from: number,
  reading: FileReading,
  signal: AbortSignal,
): AsyncGenerator<TextStep, void, undefined> {
  const { path, identity, followEveryMillis, onRead } = reading;
  let at = from;
  let remembered: Uint8Array = Buffer.alloc(0);
  let pausesSinceReplaced = 0;
  let hasPaused = false;
  /** Whether the file went on behind `at`, as far as is known. */
  let wentOn = false;
  while (!signal.aborted) {
    const bytes = await chunks.read(at);
    // Looked at behind the read: before it, the file could still be written anew in between. What was read before that
    // may have been worked on for as long as etcd did not answer.
    const isToBeOfNow = followEveryMillis !== undefined && (hasPaused || bytes.length > 0);
    if (isToBeOfNow && !(await standsStill(handle, at, remembered))) return yield replacedAt(at, wentOn);
    if (hasPaused) wentOn = false;
    if (bytes.length > 0) {
      wentOn = chunks.filled;
      at += bytes.length;
      remembered = Buffer.concat([remembered, bytes.subarray(-rememberedBytes)]).subarray(-rememberedBytes);
      hasPaused = false;
      pausesSinceReplaced = 0;
      onRead(at);
      yield { kind: 'text', bytes };
      continue;
    }
    if (followEveryMillis === undefined) return yield endAt(at, reading);
    if (pausesSinceReplaced >= pausesAfterReplacement) return yield { kind: 'replaced' };
    yield { kind: 'idle' };
    await pause(followEveryMillis, signal);
    hasPaused = true;
    const now = await identityAt(path);
    pausesSinceReplaced = now === undefined || now === identity ? 0 : pausesSinceReplaced + 1;
  }
}

/** The bytes of a file as they are stored, from `from` on. Disk errors become a `broken` step. See `SourceText.steps`. */
export async function* readFileFrom(
  reading: FileReading,
  from: number,
  signal: AbortSignal,
  wishes: TextWishes = {},
): AsyncGenerator<TextStep, void, undefined> {
  let handle: FileHandle | undefined;
  let chunks: ReadAhead | undefined;
  try {
    handle = reading.held ?? (await openAgain(reading.path, reading.identity));
    if (handle === undefined) return yield { kind: 'broken', message: 'the file was removed or replaced' };
    chunks = new ReadAhead(handle, wishes);
    yield* readHandle(handle, chunks, from, reading, signal);
  } catch (error) {
    // A held file is closed by the same signal, at whatever point its reading is.
    if (signal.aborted) return;
    yield { kind: 'broken', message: `reading failed: ${messageOf(error)}` };
  } finally {
    // What was lent may be another's from now on.
    await chunks?.forget();
    if (handle !== reading.held) await handle?.close();
  }
}
