import { type BlockBuilder } from '../block-builder.js';
import { NumberAt } from './number-at.js';

const quote = 0x22;
/** Of all templates together; a file with more series than that is read on without learning. */
const mostBytes = 24 * 1024 * 1024;
const mostTemplates = 65_536;
/** A row longer than this is not learned. */
const longestRow = 16 * 1024;
/** A template is looked up by so many bytes behind the time: metric, GPU and the beginning of its UUID. */
const hashedBytes = 128;
/** Templates that share those bytes; beyond so many they are found by succession only. */
const longestChain = 8;
const isLittleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

const pageBits = 20;
const pageBytes = 1 << pageBits;

interface Page {
  readonly bytes: Uint8Array;
  /** The same memory. */
  readonly words: Int32Array;
}

const newPage = (): Page => {
  const bytes = new Uint8Array(pageBytes);
  return { bytes, words: new Int32Array(bytes.buffer) };
};

/** A row taken apart: its time, then `head`, its number, then `tail` up to behind its line end; indexes into bytes. */
export interface LearnedRow {
  readonly bytes: Buffer;
  readonly timeEnd: number;
  readonly valueStart: number;
  readonly valueEnd: number;
  readonly next: number;
}

/**
 * What the rows of each series have in common: all bytes but the time at their beginning and the number. The next row
 * is guessed to be of the series that followed last time, else looked up by the bytes behind its time, and then
 * compared byte for byte: a row that agrees has the same fields, and only its number is parsed.
 */
export class RowTemplates {
  /**
   * The bytes of all templates, in pages, so that growing copies and frees nothing, and starting over neither; a place
   * is page and index in one.
   */
  readonly #pages: Page[] = [];
  #used = 0;
  #count = 0;
  readonly #headAt = new Int32Array(mostTemplates);
  readonly #headBytes = new Int32Array(mostTemplates);
  readonly #tailAt = new Int32Array(mostTemplates);
  readonly #tailBytes = new Int32Array(mostTemplates);
  readonly #series = new Int32Array(mostTemplates);
  /** The template of the row that followed last time; -1 for none. */
  readonly #following = new Int32Array(mostTemplates).fill(-1);
  /** The next template of the same hash, and of the same series. */
  readonly #chained = new Int32Array(mostTemplates);
  readonly #sibling = new Int32Array(mostTemplates);
  readonly #buckets = new Int32Array(mostTemplates * 2).fill(-1);
  /** The newest template of each series. */
  #ofSeries: number[] = [];
  readonly #number = new NumberAt();
  #last = -1;
  #found = -1;

  #bytes: Buffer = Buffer.alloc(0);
  #view = new DataView(this.#bytes.buffer);

  /** The bytes that `run` works on until others are given. */
  use(bytes: Buffer): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  clear(): void {
    [this.#used, this.#count, this.#last] = [0, 0, -1];
    this.#following.fill(-1);
    this.#buckets.fill(-1);
    this.#ofSeries = [];
  }

  /**
   * Reads rows as long as they begin with `time` (opening quote and text) and agree with a template.
   *
   * @param limit no row is read that ends behind this index
   * @returns the index behind the last row read
   */
  run(start: number, limit: number, time: Uint8Array, builder: BlockBuilder): number {
    const isQuoted = time[0] === quote;
    const following = this.#following;
    let at = start;
    let last = this.#last;
    while (this.#begins(at, time)) {
      const behind = at + time.length;
      let guess = last < 0 ? -1 : following[last]!;
      let next = guess < 0 ? -1 : this.#match(guess, behind, isQuoted);
      if (next < 0) {
        guess = this.#find(behind, isQuoted);
        if (guess < 0) break;
        next = this.#found;
      }
      if (next > limit) break;
      builder.event(this.#series[guess]!, this.#number.value, this.#number.text);
      builder.rows += 1;
      if (last >= 0) following[last] = guess;
      last = guess;
      at = next;
    }
    this.#last = last;
    return at;
  }

  /** Remembers a row that was read in full, and that it followed the one before. */
  learn(row: LearnedRow, series: number): void {
    const length = row.next - row.timeEnd;
    const known = this.#known(row, series);
    if (known < 0 && (length > longestRow || this.#used + length + 8 > mostBytes || this.#count === mostTemplates)) {
      this.#last = -1;
      return;
    }
    const template = known < 0 ? this.#add(row, series) : known;
    if (this.#last >= 0) this.#following[this.#last] = template;
    this.#last = template;
  }

  #begins(at: number, time: Uint8Array): boolean {
    const bytes = this.#bytes;
    if (at + time.length >= bytes.length) return false;
    for (let i = time.length - 1; i >= 0; i--) if (bytes[at + i] !== time[i]) return false;
    return true;
  }

  /** The index behind the row when it agrees with the template from `at` on, else -1. */
  #match(template: number, at: number, isQuoted: boolean): number {
    const headBytes = this.#headBytes[template]!;
    const tailBytes = this.#tailBytes[template]!;
    const { length } = this.#bytes;
    if (at + headBytes + tailBytes >= length) return -1;
    const headAt = this.#headAt[template]!;
    if ((this.#bytes[at] === quote) !== isQuoted || !this.#equal(headAt, at, headBytes)) return -1;
    const behind = this.#number.read(this.#bytes, at + headBytes, length);
    if (behind < 0 || behind + tailBytes > length) return -1;
    return this.#equal(this.#tailAt[template]!, behind, tailBytes) ? behind + tailBytes : -1;
  }

  /** @param place a multiple of four */
  #equal(place: number, at: number, count: number): boolean {
    const { bytes, words } = this.#pages[place >>> pageBits]!;
    const view = this.#view;
    const from = place & (pageBytes - 1);
    const first = from >> 2;
    const whole = count >> 2;
    for (let i = 0; i < whole; i++) if (view.getInt32(at + (i << 2), isLittleEndian) !== words[first + i]) return false;
    for (let i = whole << 2; i < count; i++) if (this.#bytes[at + i] !== bytes[from + i]) return false;
    return true;
  }

  #bucketOf(view: DataView, at: number): number {
    let hash = 0;
    for (let i = 0; i < hashedBytes; i += 4) hash = Math.imul(hash ^ view.getInt32(at + i, true), 0x9e3779b1);
    return (hash ^ (hash >>> 15)) & (this.#buckets.length - 1);
  }

  /** A template that the row agrees with from `at` on, or -1; `#found` is then the index behind the row. */
  #find(at: number, isQuoted: boolean): number {
    if (at + hashedBytes > this.#bytes.length) return -1;
    let template = this.#buckets[this.#bucketOf(this.#view, at)]!;
    for (; template >= 0; template = this.#chained[template]!) {
      this.#found = this.#match(template, at, isQuoted);
      if (this.#found >= 0) return template;
    }
    return -1;
  }

  /** The template that this row agrees with already. */
  #known(row: LearnedRow, series: number): number {
    let found = this.#ofSeries[series] ?? -1;
    while (found >= 0) {
      const isSame =
        row.valueStart - row.timeEnd === this.#headBytes[found] &&
        row.next - row.valueEnd === this.#tailBytes[found] &&
        this.#equal(this.#headAt[found]!, row.timeEnd, this.#headBytes[found]!) &&
        this.#equal(this.#tailAt[found]!, row.valueEnd, this.#tailBytes[found]!);
      if (isSame) return found;
      found = this.#sibling[found]!;
    }
    return -1;
  }

  #add({ bytes, timeEnd, valueStart, valueEnd, next }: LearnedRow, series: number): number {
    const template = this.#count++;
    this.#headAt[template] = this.#store(bytes.subarray(timeEnd, valueStart));
    this.#headBytes[template] = valueStart - timeEnd;
    this.#tailAt[template] = this.#store(bytes.subarray(valueEnd, next));
    this.#tailBytes[template] = next - valueEnd;
    this.#series[template] = series;
    this.#sibling[template] = this.#ofSeries[series] ?? -1;
    this.#ofSeries[series] = template;
    this.#chain(template);
    return template;
  }

  #chain(template: number): void {
    if (this.#headBytes[template]! < hashedBytes) return;
    const place = this.#headAt[template]!;
    const page = new DataView(this.#pages[place >>> pageBits]!.bytes.buffer);
    const bucket = this.#bucketOf(page, place & (pageBytes - 1));
    let length = 0;
    for (let at = this.#buckets[bucket]!; at >= 0; at = this.#chained[at]!) length++;
    if (length === longestChain) return;
    this.#chained[template] = this.#buckets[bucket]!;
    this.#buckets[bucket] = template;
  }

  #store(bytes: Uint8Array): number {
    const isFull = (this.#used & (pageBytes - 1)) + bytes.length > pageBytes;
    const place = isFull ? ((this.#used >>> pageBits) + 1) << pageBits : this.#used;
    if (place >>> pageBits === this.#pages.length) this.#pages.push(newPage());
    this.#pages[place >>> pageBits]!.bytes.set(bytes, place & (pageBytes - 1));
    this.#used = (place + bytes.length + 3) & ~3;
    return place;
  }
}
