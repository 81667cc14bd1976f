import { isUtf8 } from 'node:buffer';
import { type ObservedTime } from '../../../domain/segment/segment.js';
import { type BlockReader } from '../block-reader.js';
import { type BlockReaderStart, BlockWriter, type Blocks } from '../block-writer.js';
import { blockBounds } from '../read-block.js';
import { createLongLine, type LongLine } from '../rejected-record.js';
import { findNext } from '../text-scanner.js';
import { notUtf8, type Span } from '../text-window.js';
import { RowTemplates } from './row-templates.js';
import { type SplitRecord, splitRecord } from './split-record.js';

const quote = 0x22;
const comma = 0x2c;
const lineFeed = 0x0a;
const longestTime = 64;

/** The time that rows begin with: as bytes with its opening quote, as text, and what it means. */
interface RowTime {
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly observed: ObservedTime;
}

/**
 * Reads rows of the long form by predicting them (see `RowTemplates`) where the time is their first column; whatever
 * is not predicted is read in full. It hands out the same blocks as the reference reader, many times faster.
 */
export class PredictiveReader implements BlockReader {
  readonly #writer: BlockWriter;
  readonly #templates: RowTemplates;
  readonly #valueColumn: number;
  #room: Buffer = Buffer.alloc(0);
  /** What has not been read yet: the end of the room. */
  #held: Buffer = this.#room;
  /** The offset of the first byte held; and where reading goes on, as an index. */
  #base: number;
  #at: number;
  #windowFrom: number;
  #isWindowNew = true;
  #time: RowTime | undefined;
  #long: { readonly reason: string; readonly line: LongLine } | undefined;

  /**
   * @param valueColumn the place of the column of values, behind the time
   * @param templates learnt by nobody, or with the same dictionary
   */
  constructor(start: BlockReaderStart, valueColumn: number, templates = new RowTemplates()) {
    this.#templates = templates;
    this.#writer = new BlockWriter(start);
    this.#valueColumn = valueColumn;
    this.#base = start.offset;
    this.#windowFrom = start.offset;
    this.#at = start.headerBytes;
  }

  *push(bytes: Uint8Array): Blocks {
    this.#hold(bytes);
    yield* this.#scan(false);
    const read = Math.min(this.#at, this.#held.length);
    this.#writer.cover(this.#text, read);
    this.#held = this.#held.subarray(read);
    this.#base += read;
    this.#at -= read;
  }

  *drain(): Blocks {
    const isAtHeader = this.#at > this.#held.length;
    const hasMore = this.#base + this.#at > this.#windowFrom || !this.#writer.isDrained;
    if (hasMore && !isAtHeader && this.#long === undefined) yield this.#endWindow(true);
  }

  *end(): Blocks {
    yield* this.#scan(true);
    if (this.#at <= this.#held.length && this.#base + this.#at > this.#windowFrom) yield this.#endWindow();
  }

  get #text() {
    return { bytes: this.#held, base: this.#base };
  }

  /** Puts bytes behind those that are held, in one room that is used again and again. */
  #hold(bytes: Uint8Array): void {
    const kept = this.#held.length;
    const needed = kept + bytes.length;
    const room = needed > this.#room.length ? Buffer.allocUnsafeSlow(needed) : this.#room;
    room.set(this.#held, 0);
    room.set(bytes, kept);
    this.#room = room;
    this.#held = room.subarray(0, needed);
  }

  #endWindow(drained = false) {
    this.#windowFrom = this.#base + this.#at;
    this.#isWindowNew = true;
    return this.#writer.cut(this.#text, this.#at, drained);
  }

  #beginWindow(): void {
    if (!this.#isWindowNew) return;
    this.#isWindowNew = false;
    if (this.#writer.startWindow()) this.#templates.clear();
  }

  *#scan(atEnd: boolean): Blocks {
    this.#templates.use(this.#held);
    while (this.#at < this.#held.length || (this.#long !== undefined && atEnd)) {
      if (this.#long !== undefined) {
        if (!this.#endLongLine(this.#long, atEnd)) return;
        yield this.#endWindow();
        continue;
      }
      if (this.#skipEmptyLines()) continue;
      const time = this.#timeAt(this.#at);
      // Whether a block ends here depends on the whole row being one, which the full reading finds out.
      const mayCut = time !== undefined && this.#writer.startsBlock(time.observed);
      if (time !== undefined && !mayCut && this.#predict(time)) continue;
      const found = findNext(this.#held, this.#at, atEnd);
      if (found === 'incomplete') return;
      const isLong = 'long' in found;
      if (isLong || found.next + this.#base - this.#windowFrom > blockBounds.textBytes) {
        const isEmpty = this.#base + this.#at === this.#windowFrom;
        if (!isEmpty) yield this.#endWindow();
        if (isLong) this.#long = { reason: found.long, line: createLongLine(this.#base + this.#at) };
        if (isLong || !isEmpty) continue;
      }
      if (found.end > found.start) yield* this.#readInFull(found);
      this.#at = found.next;
    }
  }

  /** Within the window; false when there was none. */
  #skipEmptyLines(): boolean {
    const limit = Math.min(this.#held.length, this.#windowFrom + blockBounds.textBytes - this.#base);
    const from = this.#at;
    while (this.#at < limit && this.#held[this.#at] === lineFeed) this.#at += 1;
    return this.#at > from;
  }

  /** Reads predicted rows; false when there was none. */
  #predict(time: RowTime): boolean {
    const { builder } = this.#writer;
    this.#beginWindow();
    builder.setTime(time.observed, time.text);
    const limit = this.#windowFrom + blockBounds.textBytes - this.#base;
    const rows = builder.rows;
    const end = this.#templates.run(this.#at, limit, time.bytes, builder);
    this.#writer.row += builder.rows - rows;
    if (end === this.#at) return false;
    this.#at = end;
    return true;
  }

  *#readInFull(span: Span): Blocks {
    this.#beginWindow();
    const { start, end, reason } = span;
    const isSound = reason === undefined && isUtf8(this.#held.subarray(start, end));
    const split = isSound ? splitRecord(this.#held, start, end) : undefined;
    const reading = split ? { span, fields: split.fields } : { span, reason: reason ?? notUtf8 };
    const isAccepted = yield* this.#writer.add(reading, this.#text);
    if (isAccepted) this.#learn(span, split!);
  }

  #learn({ end, next }: Span, { starts, ends }: SplitRecord): void {
    const valueStart = starts[this.#valueColumn]!;
    const valueEnd = ends[this.#valueColumn]!;
    if (next === end) return;
    const row = { bytes: this.#held, timeEnd: ends[0]!, valueStart, valueEnd, next };
    this.#templates.learn(row, this.#writer.builder.lastSeries);
  }

  /** The time of a row that begins with one. */
  #timeAt(at: number): RowTime | undefined {
    const bytes = this.#held;
    const from = bytes[at] === quote ? at + 1 : at;
    const limit = Math.min(bytes.length, from + longestTime);
    let end = from;
    while (end < limit && bytes[end] !== quote && bytes[end] !== comma) end++;
    if (end === limit) return undefined;
    const known = this.#time?.bytes;
    if (known?.length === end - at && bytes.compare(known, 0, known.length, at, end) === 0) return this.#time;
    const text = bytes.toString('latin1', from, end);
    const observed = this.#writer.timeOf(text);
    if (observed === undefined) return undefined;
    this.#time = { bytes: Uint8Array.from(bytes.subarray(at, end)), text, observed };
    return this.#time;
  }

  /** Passes over the rest of a line too long to be held; false while its end is not here. */
  #endLongLine({ reason, line }: { readonly reason: string; readonly line: LongLine }, atEnd: boolean): boolean {
    const found = this.#held.indexOf(lineFeed, this.#at);
    const end = found < 0 ? this.#held.length : found;
    line.append(this.#held.subarray(this.#at, end));
    this.#at = found < 0 ? end : end + 1;
    if (found < 0 && !atEnd) return false;
    this.#writer.reject(line.finish(this.#writer.row, [reason]));
    this.#long = undefined;
    return true;
  }
}
