import { createGunzip, type Gunzip } from 'node:zlib';
import { type TextStep } from '../../domain/source-text.js';

/**
 * What zlib decodes at once is held until it has been taken, and can be a thousand times what it was given: it is given
 * about as much as makes this, judged by what it was given last.
 */
const decodedBytes = 512 * 1024;
const [leastPiece, mostPiece] = [1024, 64 * 1024];

const nextPiece = (given: number, decoded: number): number =>
  Math.max(leastPiece, Math.min(mostPiece, Math.floor((decodedBytes * given) / Math.max(1, decoded))));

export const isGzip = (start: Uint8Array): boolean => start[0] === 0x1f && start[1] === 0x8b;

/** One zlib stream, driven by hand so that everything decoded before an error is had. */
class Inflation {
  readonly #gunzip: Gunzip = createGunzip();
  #decoded: Buffer[] = [];
  #wake: () => void = () => undefined;
  /** zlib has seen the end of the last member, or has failed. */
  isOver = false;
  failure: string | undefined;

  constructor() {
    this.#gunzip.on('data', (bytes: Buffer) => this.#decoded.push(bytes));
    this.#gunzip.on('end', () => this.#finish());
    this.#gunzip.on('close', () => this.#finish());
    this.#gunzip.on('error', (error) => this.#finish(error.message));
  }

  #finish(failure?: string): void {
    this.isOver = true;
    this.failure ??= failure;
    this.#wake();
  }

  /** Of the bytes given, how many were taken; what lies behind them is not compressed. */
  get taken(): number {
    return this.#gunzip.bytesWritten;
  }

  async write(piece: Uint8Array): Promise<readonly Buffer[]> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      this.#gunzip.write(piece, () => resolve());
    });
    return this.#take();
  }

  async end(): Promise<readonly Buffer[]> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (this.isOver) resolve();
      else this.#gunzip.end();
    });
    return this.#take();
  }

  close(): void {
    this.#gunzip.destroy();
  }

  #take(): readonly Buffer[] {
    const decoded = this.#decoded;
    this.#decoded = [];
    return decoded;
  }
}

const text = (bytes: Uint8Array): TextStep => ({ kind: 'text', bytes });
const broken = (what: string): TextStep => ({
  kind: 'broken',
  message: `the compressed data cannot be read to its end (${what}); what comes before has been read`,
});

/** Padding with zeros, as tape tools write it, is no data. */
const isPadding = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);

/**
 * Decompresses gzip (RFC 1952) of one or several members. Ends with `end`, or with `broken` when the data breaks off,
 * is damaged, or is followed by something that is not compressed: never silently complete.
 */
export async function* inflate(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<TextStep, void, undefined> {
  const inflation = new Inflation();
  let given = 0;
  let pieceBytes = leastPiece;
  try {
    for await (const chunk of chunks) {
      for (let at = 0, piece; at < chunk.length; at += piece.length) {
        piece = chunk.subarray(at, at + pieceBytes);
        const decoded = inflation.isOver ? [] : await inflation.write(piece);
        for (const bytes of decoded) yield text(bytes);
        pieceBytes = nextPiece(
          piece.length,
          decoded.reduce((sum, { length }) => sum + length, 0),
        );
        if (inflation.failure !== undefined) return yield broken(inflation.failure);
        const behind = inflation.isOver ? piece.subarray(Math.max(0, inflation.taken - given)) : piece.subarray(0, 0);
        if (!isPadding(behind)) return yield broken('something that is not compressed follows');
        given += piece.length;
      }
    }
    for (const bytes of await inflation.end()) yield text(bytes);
    yield inflation.failure === undefined ? { kind: 'end' } : broken(inflation.failure);
  } finally {
    inflation.close();
  }
}

/** The steps from `from` on: what comes before is decoded and dropped. */
export async function* skipText(
  steps: AsyncIterable<TextStep>,
  from: number,
): AsyncGenerator<TextStep, void, undefined> {
  let ahead = from;
  for await (const step of steps) {
    if (step.kind !== 'text') {
      yield step;
      continue;
    }
    const skipped = Math.min(ahead, step.bytes.length);
    ahead -= skipped;
    if (skipped < step.bytes.length) yield text(step.bytes.subarray(skipped));
  }
}
