import { isUtf8 } from 'node:buffer';
import { type BlockReader } from '../block-reader.js';
import { recordBytes } from '../record-bounds.js';
import { type BlockReaderStart, BlockWriter, type Blocks } from '../block-writer.js';
import { blockBounds } from '../read-block.js';
import { createLongLine, type LongLine } from '../rejected-record.js';
import { findNext } from '../text-scanner.js';
import { notUtf8, type Span } from '../text-window.js';
import { copiedBytes, mostRows } from './kernel-memory.js';
import { NumberAt } from './number-at.js';
import { RowLearning } from './row-learning.js';
import { type RowTemplates } from './row-templates.js';
import { type RowTime, RowTimes } from './row-times.js';
import { splitRecord } from './split-record.js';

const lineFeed = 0x0a;

/**
 * Reads rows of the long form by predicting them (see `RowTemplates`) where the time is their first column; whatever
 * is not predicted is read in full. It hands out the same blocks as the reference reader, many times faster.
 */
export class PredictiveReader implements BlockReader {
  readonly #writer: BlockWriter;
  readonly #start: BlockReaderStart;
  readonly #templates: RowTemplates;
  readonly #times: RowTimes;
  readonly #learning: RowLearning;
  readonly #number = new NumberAt();
  /** The templates' room up to the end of what has been given; what has not been read yet is the end of it. */
  #held: Buffer;
  /** The offset of the first byte of the room; and where reading goes on, as an index. */
  #base: number;
  #at: number;
  #windowFrom: number;
  #isWindowNew = true;
  #long: { readonly reason: string; readonly line: LongLine } | undefined;

  /**
   * @param valueColumn the place of the column of values, behind the time
   * @param templates learnt by nobody, or with the same dictionary; of no other reader from now on
   */
  constructor(start: BlockReaderStart, valueColumn: number, templates: RowTemplates) {
    this.#start = start;
    this.#templates = templates;
    this.#held = templates.room.subarray(0, 0);
    this.#writer = new BlockWriter(start);
    this.#times = new RowTimes((text) => this.#writer.timeOf(text));
    this.#learning = new RowLearning(start, valueColumn, templates);
    this.#base = start.offset;
    this.#windowFrom = start.offset;
    this.#at = start.headerBytes;
  }

  *push(bytes: Uint8Array): Blocks {
    const isLent = bytes.buffer === this.#templates.room.buffer;
    const most = isLent ? bytes.length : copiedBytes;
    for (let from = 0; from < bytes.length; from += most) {
      if (isLent) this.#holdLent(bytes);
      else this.#hold(bytes.subarray(from, from + most));
      yield* this.#scan(false);
      const read = Math.min(this.#at, this.#held.length);
      this.#writer.cover(this.#text, read);
      this.#drop(read);
    }
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

  /** Puts bytes behind those that are held. */
  #hold(bytes: Uint8Array): void {
    const { room } = this.#templates;
    const kept = this.#held.length;
    room.set(bytes, kept);
    this.#held = room.subarray(0, kept + bytes.length);
  }

  /** Puts the bytes that are held in front of some that stand in the room already. */
  #holdLent(bytes: Uint8Array): void {
    const { room } = this.#templates;
    const kept = this.#held.length;
    const start = bytes.byteOffset - room.byteOffset - kept;
    room.copyWithin(start, 0, kept);
    this.#held = room.subarray(0, start + kept + bytes.length);
    this.#base -= start;
    this.#at += start;
  }

  /** Forgets the first bytes held, and keeps the others where no chunk is. */
  #drop(read: number): void {
    const { room } = this.#templates;
    const kept = this.#held.length - read;
    room.copyWithin(0, read, this.#held.length);
    this.#held = room.subarray(0, kept);
    this.#base += read;
    this.#at -= read;
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
    while (this.#at < this.#held.length || (this.#long !== undefined && atEnd)) {
      if (this.#long !== undefined) {
        if (!this.#endLongLine(this.#long, atEnd)) return;
        yield this.#endWindow();
        continue;
      }
      if (this.#skipEmptyLines()) continue;
      const time = this.#times.at(this.#held, this.#at);
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
    const templates = this.#templates;
    this.#beginWindow();
    builder.setTime(time.observed, time.text);
    templates.setTime(time.bytes);
    const limit = this.#windowFrom + blockBounds.textBytes - this.#base;
    const [rows, from] = [builder.rows, this.#at];
    for (;;) {
      this.#at = templates.run(this.#at, this.#held.length, limit, time.bytes.length);
      templates.addSeries(this.#start.dictionary);
      builder.readRows(templates.series, templates.values);
      const mayGoOn = templates.rows === mostRows || this.#readOdd(limit);
      if (!mayGoOn) break;
    }
    this.#writer.row += builder.rows - rows;
    return this.#at > from;
  }

  /** Reads a row of a known series whose number is written in an unusual way; false where the next one is no such row. */
  #readOdd(limit: number): boolean {
    const templates = this.#templates;
    const at = templates.oddAt;
    const behind = at === undefined ? -1 : this.#number.read(this.#held, at, this.#held.length);
    const next = behind < 0 ? -1 : templates.endOfOdd(behind, this.#held.length);
    if (next < 0 || next > limit || next - this.#at > recordBytes) return false;
    this.#writer.builder.readRow(templates.passOdd(), this.#number.value, this.#number.text);
    this.#at = next;
    return true;
  }

  *#readInFull(span: Span): Blocks {
    this.#beginWindow();
    const { start, end, reason } = span;
    const isSound = reason === undefined && isUtf8(this.#held.subarray(start, end));
    const split = isSound ? splitRecord(this.#held, start, end) : undefined;
    const reading = split ? { span, fields: split.fields } : { span, reason: reason ?? notUtf8 };
    const isAccepted = yield* this.#writer.add(reading, this.#text);
    if (isAccepted) this.#learning.learn(this.#held, span, split!, this.#writer.builder.lastSeries);
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
