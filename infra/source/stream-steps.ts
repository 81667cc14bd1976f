import { finished, type Readable } from 'node:stream';
import { messageOf } from '../../domain/error-message.js';
import { type TextStep } from '../../domain/source-text.js';
import { inflate, isGzip } from './inflate.js';

type Take = (step: TextStep) => void;

const broken = (error: unknown): TextStep => ({
  kind: 'broken',
  message: `reading failed: ${messageOf(error)}`,
});

/**
 * The text of a stream, decompressed when it is gzip, step by step: each when it is asked for. It is handed over in the
 * same turn in which the stream has it, since each turn more is one that a row which comes alone waits.
 */
export class StreamSteps {
  #take: Take | undefined;
  /** What has come before it can be known whether it is gzip. */
  #start = Buffer.alloc(0);
  #isPlain = false;
  #inflated: AsyncIterator<TextStep, void> | undefined;
  #isBegun = false;
  #end: TextStep | undefined;

  /** @param onRead told how many bytes have come, as they came */
  constructor(
    private readonly stream: Readable,
    private readonly onRead: (bytes: number) => void,
  ) {}

  /** Calls `take` with the next step, now or when it has come. One is asked for at a time, and none behind the last. */
  next(take: Take): void {
    if (this.#inflated) return this.#nextInflated(take);
    this.#take = take;
    this.#begin();
    this.#give();
  }

  #begin(): void {
    if (this.#isBegun) return;
    this.#isBegun = true;
    this.stream.on('readable', this.#give);
    finished(this.stream, { writable: false }, (error) => {
      this.#end = error ? broken(error) : { kind: 'end' };
      this.#give();
    });
  }

  readonly #give = (): void => {
    if (this.#take === undefined) return;
    const chunk = this.stream.destroyed ? null : (this.stream.read() as Uint8Array | null);
    if (chunk === null) {
      if (this.#end !== undefined) this.#hand(this.#start.length > 0 ? this.#takeStart() : this.#end);
      return;
    }
    this.onRead(chunk.length);
    if (this.#isPlain) return this.#hand({ kind: 'text', bytes: chunk });
    this.#start = Buffer.concat([this.#start, chunk]);
    if (this.#start.length < 2) return this.#give();
    if (isGzip(this.#start)) return this.#inflate();
    this.#isPlain = true;
    this.#hand(this.#takeStart());
  };

  #hand(step: TextStep): void {
    const take = this.#take!;
    this.#take = undefined;
    take(step);
  }

  #takeStart(): TextStep {
    const bytes = this.#start;
    this.#start = Buffer.alloc(0);
    return { kind: 'text', bytes };
  }

  /** From here on the stream is read by its own iterator, which knows of its end too. */
  #inflate(): void {
    this.stream.off('readable', this.#give);
    this.#inflated = inflatedSteps(this.#start, this.stream, this.onRead);
    const take = this.#take!;
    this.#take = undefined;
    this.#nextInflated(take);
  }

  #nextInflated(take: Take): void {
    void this.#inflated!.next().then(({ value }) => value && take(value));
  }
}

async function* inflatedSteps(
  start: Uint8Array,
  stream: Readable,
  onRead: (bytes: number) => void,
): AsyncGenerator<TextStep, void, undefined> {
  async function* all(): AsyncGenerator<Uint8Array, void, undefined> {
    yield start;
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      onRead(chunk.length);
      yield chunk;
    }
  }
  try {
    yield* inflate(all());
  } catch (error) {
    yield broken(error);
  }
}
