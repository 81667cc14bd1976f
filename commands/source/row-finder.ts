import { type LentRoom } from '../../domain/source-text.js';
import { recordBytes } from './record-bounds.js';
import { type RowEndKernel, surelyEnds } from './row-end-kernel.js';
import { findNext } from './text-scanner.js';

const lineFeed = 0x0a;
const quote = 0x22;

/** That a line is no record may depend on so many bytes from its beginning. */
const lookAhead = recordBytes + 2;

/** Of what stands elsewhere so much is looked through at a time; less than `lookAhead` is left of one time for the next. */
const mostCopied = 256 * 1024;
/** What a file is read into: large reads, since each is a trip to another thread. */
const chunkBytes = 2 * 1024 * 1024;
const chunks = 3;
/** The room is for what is copied, and for chunks; each of them with what is left of the time before in front of it. */
export const finderRoomBytes = lookAhead + mostCopied + chunks * (lookAhead + chunkBytes);

/**
 * Counts the rows of a text as the reader does, many times faster: it looks for line ends, and by the rules of records
 * only where a line does not tell by itself that a row ends there. What it finds does not depend on the pieces.
 */
export class RowFinder {
  /** Of what comes next: its first byte, and the number of the row there, which begins at that byte. */
  offset = 0;
  row = 1;
  /** It halts at the first row from here on, and at each that follows. */
  stopAt = Infinity;
  readonly #kernel: RowEndKernel | undefined;
  readonly #room: Buffer;
  /** What has not been passed yet, and where in the room it stands. */
  #held: Buffer;
  #heldAt = 0;
  /** Where reading goes on, as an index; and before which index no line looks for the end of its quotes. */
  #at: number;
  #soundFrom = 0;
  #hasSurelyEnded = true;
  /** The next quote, as an index; unknown where it is before `#at`. */
  #quoteAt = -1;
  #isInLongLine = false;
  #hasHalted = false;

  /**
   * @param skip so many bytes hold no row
   * @param kernel of `finderRoomBytes`; undefined, as on a machine that has none, is slower and finds the same
   */
  constructor(skip: number, kernel: RowEndKernel | undefined) {
    this.#at = skip;
    this.#kernel = kernel;
    this.#room = kernel?.room ?? Buffer.allocUnsafeSlow(finderRoomBytes);
    this.#held = this.#room.subarray(0, 0);
  }

  /** Where a file may be read into: bytes that are pushed from there are not copied. */
  get chunks(): LentRoom {
    return Array.from({ length: chunks }, (_, chunk) => {
      const behind = this.#room.length - chunk * (lookAhead + chunkBytes);
      return this.#room.subarray(behind - chunkBytes, behind);
    });
  }

  /** At a halt: whether a text that ends here has the same rows, and the same reasons against them, as one that goes on. */
  get mayEndHere(): boolean {
    return this.#hasHalted && (this.#hasSurelyEnded || this.#at >= this.#soundFrom);
  }

  /** Hands out what has been read, up to each halt and to the last row found. */
  *push(bytes: Uint8Array): Generator<Uint8Array, void, undefined> {
    const isLent = bytes.buffer === this.#room.buffer;
    const most = isLent ? bytes.length : mostCopied;
    for (let from = 0; from < bytes.length; from += most) {
      if (isLent) this.#holdLent(bytes);
      else this.#hold(bytes.subarray(from, from + most));
      yield* this.#scan(false);
    }
  }

  end(): Generator<Uint8Array, void, undefined> {
    return this.#scan(true);
  }

  /** Puts bytes behind those that are held. */
  #hold(bytes: Uint8Array): void {
    const kept = this.#held.length;
    this.#room.set(bytes, kept);
    this.#held = this.#room.subarray(0, kept + bytes.length);
  }

  /** Puts the bytes that are held in front of some that stand in the room already. */
  #holdLent(bytes: Uint8Array): void {
    const kept = this.#held.length;
    this.#heldAt = bytes.byteOffset - this.#room.byteOffset - kept;
    this.#room.set(this.#held, this.#heldAt);
    this.#held = this.#room.subarray(this.#heldAt, this.#heldAt + kept + bytes.length);
  }

  *#scan(atEnd: boolean): Generator<Uint8Array, void, undefined> {
    let given = 0;
    const base = this.offset;
    while (this.#at < this.#held.length && (this.#pass(this.stopAt - base) || this.#next(atEnd))) {
      if (base + this.#at < this.stopAt || this.#isInLongLine) continue;
      this.offset = base + this.#at;
      this.#hasHalted = true;
      yield this.#held.subarray(given, this.#at);
      this.#hasHalted = false;
      given = this.#at;
    }
    const read = atEnd ? this.#held.length : Math.min(this.#at, this.#held.length);
    yield* this.#drop(base, given, read);
  }

  /** Forgets what has been read, and keeps the others where no chunk is. */
  *#drop(base: number, given: number, read: number): Generator<Uint8Array, void, undefined> {
    this.offset = base + read;
    this.#at -= read;
    this.#soundFrom -= read;
    this.#quoteAt = -1;
    if (read > given) yield this.#held.subarray(given, read);
    const kept = this.#held.length - read;
    this.#room.set(this.#held.subarray(read), 0);
    this.#held = this.#room.subarray(0, kept);
    this.#heldAt = 0;
  }

  /** Passes over rows that surely end, up to the first from an index on; false when the next one is none of them. */
  #pass(stop: number): boolean {
    if (this.#kernel === undefined || this.#isInLongLine) return false;
    const { length } = this.#held;
    const [at, end] = [this.#heldAt + this.#at, this.#heldAt + length];
    const next = this.#kernel.pass(at, Math.min(Math.max(this.#heldAt + stop, at + 1), end), end);
    if (next === at) return false;
    this.#at = next - this.#heldAt;
    this.#hasSurelyEnded = true;
    this.row += this.#kernel.rows;
    return true;
  }

  /** Reads one row, or an empty line; false when more bytes are needed. */
  #next(atEnd: boolean): boolean {
    const start = this.#at;
    const lineEnd = this.#held.indexOf(lineFeed, start);
    if (this.#isInLongLine || (lineEnd < 0 && this.#held.length - start > lookAhead))
      return this.#passLongLine(lineEnd);
    if (lineEnd >= 0 && surelyEnds(this.#held, start, lineEnd)) return this.#endRow(lineEnd + 1, true);
    if (lineEnd > start + 1 && lineEnd - start <= recordBytes && !this.#hasQuote(start, lineEnd)) {
      return this.#endRow(lineEnd + 1, false);
    }
    return this.#readInFull(start, atEnd);
  }

  #endRow(next: number, surely: boolean): true {
    this.#at = next;
    this.#hasSurelyEnded = surely;
    this.row += 1;
    return true;
  }

  #hasQuote(start: number, end: number): boolean {
    if (this.#quoteAt < start) {
      const found = this.#held.indexOf(quote, start);
      this.#quoteAt = found < 0 ? this.#held.length : found;
    }
    return this.#quoteAt < end;
  }

  #readInFull(start: number, atEnd: boolean): boolean {
    const found = findNext(this.#held, start, atEnd);
    if (found === 'incomplete') return false;
    if ('long' in found) return this.#passLongLine(this.#held.indexOf(lineFeed, start));
    if (found.reason !== undefined) this.#soundFrom = start + lookAhead;
    this.#hasSurelyEnded = false;
    this.#at = found.next;
    if (found.end > found.start) this.row += 1;
    return true;
  }

  /** A line longer than a record may be is a row, whatever is in it; its bytes are not kept until its end. */
  #passLongLine(lineEnd: number): true {
    this.#isInLongLine = lineEnd < 0;
    if (lineEnd < 0) this.#at = this.#held.length;
    else this.#endRow(lineEnd + 1, true);
    return true;
  }
}
