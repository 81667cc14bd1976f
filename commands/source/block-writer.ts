import { type ObservedTime } from '../../domain/segment/segment.js';
import { BlockBuilder, ColumnRoom } from './block-builder.js';
import { type CoveredText } from './covered-text.js';
import { blockBounds, type ReadBlock, type RejectedRecord } from './read-block.js';
import { rejectedRecord } from './rejected-record.js';
import { type RowForm } from './row-form.js';
import { type SeriesDictionary } from './series-dictionary.js';
import { type Reading } from './text-window.js';
import { createTimeTexts } from './time-texts.js';

export type Blocks = Generator<ReadBlock, void, undefined>;

export interface BlockReaderStart {
  readonly form: RowForm;
  readonly dictionary: SeriesDictionary;
  /** The text up to `offset`. */
  readonly covered: CoveredText;
  /** Of the first byte that will be read, and the number of the first row in it. */
  readonly offset: number;
  readonly row: number;
  /** So many bytes from there on are the header. */
  readonly headerBytes: number;
  /** See `ReadOptions.cutEvery`. */
  readonly cutEvery: bigint | undefined;
}

/** Bytes of the text, and the offset of their first. */
export interface TextBytes {
  readonly bytes: Uint8Array;
  readonly base: number;
}

/** Makes blocks of the rows that readers find, whichever way they find them: what is accepted is decided here. */
export class BlockWriter {
  builder: BlockBuilder;
  /** Of the row that comes next. */
  row: number;
  /** Whether nothing has been handed out since a `drained` block. */
  isDrained = true;
  readonly timeOf = createTimeTexts();
  readonly #room = new ColumnRoom();
  #coveredTo: number;
  #subjectBytes: number;

  constructor(private readonly start: BlockReaderStart) {
    this.builder = new BlockBuilder(start.offset, this.#room);
    this.row = start.row;
    this.#coveredTo = start.offset;
    this.#subjectBytes = start.dictionary.subjectBytes;
  }

  /** Before each window of text. True when the dictionary began anew: numbers of series from before mean nothing. */
  startWindow(): boolean {
    const { dictionary } = this.start;
    if (!dictionary.isFull) return false;
    dictionary.startOver();
    return true;
  }

  /** Everything up to `end`, an index into the bytes, has been read. */
  cover({ bytes, base }: TextBytes, end: number): void {
    const from = this.#coveredTo - base;
    if (end <= from) return;
    this.start.covered.append(bytes.subarray(from, end));
    this.#coveredTo = base + end;
  }

  /** Ends the block at `end`, an index into the bytes. */
  cut(text: TextBytes, end: number, drained = false): ReadBlock {
    this.cover(text, end);
    this.start.covered.mark();
    const to = this.#coveredTo;
    const { series, subjectBytes } = this.start.dictionary;
    const newBytes = subjectBytes - this.#subjectBytes;
    this.#subjectBytes = subjectBytes;
    const block = this.builder.finish({ to, nextRow: this.row, drained, newBytes }, series);
    this.builder = new BlockBuilder(to, this.#room);
    this.isDrained = drained;
    return block;
  }

  /** Whether a row of this time belongs into a new block. */
  startsBlock({ at }: ObservedTime): boolean {
    const first = this.builder.firstTime?.at;
    const { cutEvery } = this.start;
    if (cutEvery === undefined || first === undefined) return false;
    return (at > first ? at - first : first - at) >= cutEvery;
  }

  /** A record, or a line that is none. Gives back whether it was accepted. */
  *add(reading: Reading, text: TextBytes): Generator<ReadBlock, boolean, undefined> {
    const { span } = reading;
    const time = this.#timeIn(reading);
    if (time !== undefined && this.startsBlock(time)) yield this.cut(text, span.start);
    const accepted = this.#accepts(reading, time);
    if (!accepted) {
      if (this.builder.rejected.length === blockBounds.rejected) yield this.cut(text, span.start);
      const record = text.bytes.subarray(span.start, span.end);
      const place = { offset: text.base + span.start, row: this.row };
      this.builder.rejected.push(rejectedRecord(place, record, this.#reasonsAgainst(reading)));
    }
    this.endRow();
    return accepted;
  }

  /** A row is done: its events are in the builder, or it is rejected. */
  endRow(): void {
    this.builder.rows += 1;
    this.row += 1;
  }

  reject(record: RejectedRecord): void {
    this.builder.rejected.push(record);
    this.endRow();
  }

  #timeIn(reading: Reading): ObservedTime | undefined {
    const { columns, timeColumn } = this.start.form;
    const isWhole = 'fields' in reading && reading.fields.length === columns.length;
    return isWhole ? this.timeOf(reading.fields[timeColumn]!) : undefined;
  }

  #accepts(reading: Reading, time: ObservedTime | undefined): boolean {
    if (time === undefined || 'reason' in reading) return false;
    const { form, dictionary } = this.start;
    this.builder.setTime(time, reading.fields[form.timeColumn]!);
    return form.read(reading.fields, dictionary, this.builder);
  }

  #reasonsAgainst(reading: Reading): readonly string[] {
    if ('reason' in reading) return [reading.reason];
    const { form } = this.start;
    const [found, wanted] = [reading.fields.length, form.columns.length];
    if (found !== wanted) return [`the row has ${String(found)} fields where the header has ${String(wanted)}`];
    return form.reasonsAgainst(reading.fields);
  }
}
