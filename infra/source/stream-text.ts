import { type Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { type OpenText, type SourceText, type TextStep } from '../../domain/source-text.js';
import { inflate, isGzip } from './inflate.js';

/** So much of the beginning is kept, so that a source can be identified first and read then. */
const keptBytes = 256 * 1024;
/** Without a new byte for so long, what has been read is handed on. */
const idleMillis = 50;

const pieceBytes = 64 * 1024;

function* pieces(chunk: Uint8Array): Generator<Uint8Array, void, undefined> {
  for (let at = 0; at < chunk.length; at += pieceBytes) yield chunk.subarray(at, at + pieceBytes);
}

/** The stream's bytes, decompressed when they are gzip, and how many have come. */
async function* plainSteps(
  stream: Readable,
  onRead: (bytes: number) => void,
): AsyncGenerator<TextStep, void, undefined> {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterableIterator<Uint8Array>;
  let start = Buffer.alloc(0);
  async function* all(): AsyncGenerator<Uint8Array, void, undefined> {
    yield* pieces(start);
    for await (const chunk of chunks) {
      onRead(chunk.length);
      yield* pieces(chunk);
    }
  }
  try {
    while (start.length < 2) {
      const next = await chunks.next();
      if (next.done === true) break;
      onRead(next.value.length);
      start = Buffer.concat([start, next.value]);
    }
    if (isGzip(start)) return yield* inflate(all());
    for await (const bytes of all()) yield { kind: 'text', bytes };
    yield { kind: 'end' };
  } catch (error) {
    yield { kind: 'broken', message: `reading failed: ${error instanceof Error ? error.message : String(error)}` };
  }
}

type Pulled = IteratorResult<TextStep, void>;

/** The next step, or `idle` when there is none for a while. A step that is waited for stays waited for. */
const createPull = (steps: AsyncIterator<TextStep, void>) => {
  let pending: Promise<Pulled> | undefined;
  let sawIdle = false;
  return async (signal: AbortSignal): Promise<TextStep | undefined> => {
    pending ??= steps.next();
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    const wait = sawIdle ? 2 ** 30 : idleMillis;
    const timer = sleep(wait, undefined, { signal: either }).catch(() => undefined);
    const next = await Promise.race([pending, timer]);
    over.abort();
    if (next === undefined) {
      sawIdle = true;
      return signal.aborted ? undefined : { kind: 'idle' };
    }
    pending = undefined;
    sawIdle = false;
    return next.done === true ? undefined : next.value;
  };
};

/**
 * Text that comes once, such as standard input. `steps` may be called again as long as nothing past the first 256 KiB
 * has been handed out. An abort destroys the stream, so that it does not keep the process alive.
 */
const createStreamText = (path: string, stream: Readable): SourceText => {
  let readBytes = 0;
  let kept = Buffer.alloc(0);
  let isPast = false;
  let final: TextStep | undefined;
  const pull = createPull(plainSteps(stream, (bytes) => (readBytes += bytes)));

  async function* steps(from: number, signal: AbortSignal): AsyncGenerator<TextStep, void, undefined> {
    let ahead = from;
    const behind = (bytes: Uint8Array): Uint8Array => {
      const skipped = Math.min(ahead, bytes.length);
      ahead -= skipped;
      return bytes.subarray(skipped);
    };
    const again = behind(kept);
    if (again.length > 0) yield { kind: 'text', bytes: again };
    for (;;) {
      const step = final ?? (await pull(signal));
      if (signal.aborted) stream.destroy();
      if (step === undefined) return;
      if (step.kind === 'text') {
        if (kept.length + step.bytes.length > keptBytes) isPast = true;
        if (!isPast) kept = Buffer.concat([kept, step.bytes]);
        const bytes = behind(step.bytes);
        if (bytes.length > 0) yield { kind: 'text', bytes };
        continue;
      }
      if (step.kind !== 'idle') final = step;
      yield step;
      if (final !== undefined) return;
    }
  }
  return { path, progress: () => ({ readBytes, sizeBytes: undefined }), canGoBackTo: () => !isPast, steps };
};

/** A stream under a name for messages. Every opening gives the same text: it comes only once. */
export const streamText = (path: string, stream: Readable): OpenText => {
  const text = createStreamText(path, stream);
  return async () => ({ kind: 'opened', text });
};
