import { type MetricName } from '../../../domain/ids.js';
import { type Subject } from '../../../domain/segment/segment.js';
import { type LentRoom } from '../../../domain/source-text.js';
import * as layout from './kernel-memory.js';
import { type LearnedRow, type MetricPlace } from './learned-row.js';
import { createRowKernel, type RowKernel } from './row-kernel.js';
import { type FoundTexts, type KindItem, RowKind } from './row-kind.js';

const quote = 0x22;
/** Where things are looked up by their hash. */
const tables = [
  [layout.bucketsAt, layout.bucketBits],
  [layout.alikeAt, layout.alikeBits],
  [layout.namesAt, layout.nameBits],
] as const;

/** Keeps the series and subjects that the kernel meets. */
export interface MetSeries {
  numberOf(metric: MetricName, subject: Subject): number;
  /** The subject that is equal, of the series that are kept. */
  keepSubject(subject: Subject): Subject;
}

/**
 * What the rows of each series have in common: all bytes but the time at their beginning and the number. That is an
 * entry, made of a metric's name and of a shape, which the rows of one subject share: the texts before and behind the
 * name, twice where the labels repeat it. So the first row of a series is known, too, when its subject and its metric
 * are. The next row is guessed to be of the entry that followed last time, else looked up by the bytes behind its time,
 * and then compared byte for byte: a row that agrees has the same fields, and only its number is parsed. The first row of
 * a subject is known by a kind (see `RowKind`), once one of that kind has been read in full.
 *
 * All of it lies in the kernel's memory, and so does the room for what is read.
 */
export class RowTemplates implements FoundTexts {
  /** Where what is read is put. */
  readonly room: Buffer;
  /** Places in it that a file may be read into. */
  readonly chunks: LentRoom;
  readonly #kernel: RowKernel;
  readonly #bytes: Buffer;
  readonly #ints: Int32Array;
  readonly #values: Float64Array;
  /** So many have a series; the kernel may have met more. */
  #entries = 0;
  #names: MetricName[] = [];
  /** Of each shape, from 1, where rows of other metrics may be known by it. */
  #subjects: (Subject | undefined)[] = [];
  readonly #kinds: RowKind[] = [];
  #kindsMade = 0;
  #metByKind = 0;
  #metHoles = 0;

  /** Undefined on a machine that has no kernel. */
  static create(): RowTemplates | undefined {
    const kernel = createRowKernel();
    return kernel && new RowTemplates(kernel);
  }

  private constructor(kernel: RowKernel) {
    this.#kernel = kernel;
    this.#bytes = Buffer.from(kernel.memory);
    this.#ints = new Int32Array(kernel.memory);
    this.#values = new Float64Array(kernel.memory);
    this.room = this.#bytes.subarray(layout.roomAt, layout.roomAt + layout.roomBytes);
    this.chunks = Array.from({ length: layout.chunks }, (_, chunk) => {
      const at = layout.chunkAt(chunk);
      return this.room.subarray(at, at + layout.chunkBytes);
    });
    this.#begin();
  }

  clear(): void {
    for (const [at, bits] of tables) this.#ints.fill(0, at >> 2, (at >> 2) + (1 << bits));
    this.#begin();
  }

  /** The first metric is none, and so is the first shape. */
  #begin(): void {
    this.#entries = this.#kindsMade = this.#metByKind = this.#kinds.length = 0;
    const { last, entries, shapes, kinds, textsUsed, kind } = layout.told;
    for (const at of [last, entries, shapes, kinds, textsUsed, kind]) this.#ints[at >> 2] = 0;
    this.#names = ['' as MetricName];
    this.#subjects = [undefined];
  }

  /** The bytes that the rows of the next runs begin with. */
  setTime(time: Uint8Array): void {
    this.#bytes.set(time, layout.timeAt);
  }

  /**
   * Reads rows as long as they begin with the time and agree with an entry.
   *
   * @param held so many bytes of the room are to be read
   * @param limit no row is read that ends behind this index
   * @returns the index behind the last row read
   */
  run(start: number, held: number, limit: number, timeBytes: number): number {
    const isQuoted = this.#bytes[layout.timeAt] === quote ? 1 : 0;
    const { roomAt } = layout;
    return this.#kernel.run(roomAt + start, roomAt + limit, roomAt + held, timeBytes, isQuoted) - roomAt;
  }

  /** How many rows the last run has read, their series and their values. */
  get rows(): number {
    return this.#ints[layout.told.rows >> 2]!;
  }

  get series(): Int32Array {
    const from = layout.rowSeriesAt >> 2;
    return this.#ints.subarray(from, from + this.rows);
  }

  get values(): Float64Array {
    const from = layout.rowValuesAt >> 3;
    return this.#values.subarray(from, from + this.rows);
  }

  /** Where the number stands that ended the last run because it is of no usual form. */
  get oddAt(): number | undefined {
    const at = this.#ints[layout.told.oddAt >> 2]!;
    return at === 0 ? undefined : at - layout.roomAt;
  }

  /** Of the row with the odd number, which ends at `numberEnd`: the index behind it, or -1 when it is another series'. */
  endOfOdd(numberEnd: number, held: number): number {
    return this.#tail(this.#ints[layout.told.entry >> 2]!, numberEnd, held);
  }

  /** The row with the odd number has been read; gives back its series. */
  passOdd(): number {
    const entry = this.#ints[layout.told.entry >> 2]!;
    this.#follow(entry);
    return this.#ints[(layout.seriesOf >> 2) + entry]!;
  }

  /**
   * Gives the entries that the last run has met their series, which its rows then have: the rows of a known metric and a
   * known subject, or a known kind of subject, that had not come together before.
   */
  addSeries(met: MetSeries): void {
    const entries = this.#ints[layout.told.entries >> 2]!;
    if (entries === this.#entries) return;
    const ints = this.#ints;
    const shapes = ints[layout.told.shapes >> 2]!;
    for (let entry = this.#entries + 1; entry <= entries; entry++) {
      const metric = this.#names[ints[(layout.metricOf >> 2) + entry]!]!;
      const shape = ints[(layout.shapeOf >> 2) + entry]!;
      if (shape === this.#subjects.length) this.#subjects.push(met.keepSubject(this.#subjectMet(shape, metric)));
      ints[(layout.seriesOf >> 2) + entry] = met.numberOf(metric, this.#subjects[shape]!);
    }
    this.#entries = entries;
    if (this.#subjects.length !== shapes + 1) throw new Error('the kernel met shapes without rows');
    const { series } = this;
    for (let row = 0; row < series.length; row++) {
      if (series[row]! < 0) series[row] = ints[(layout.seriesOf >> 2) - series[row]!]!;
    }
  }

  /** The subject of a shape that the last run has met by its kind. */
  #subjectMet(shape: number, metric: MetricName): Subject {
    const met = shape & (layout.mostRows - 1);
    this.#metHoles = (layout.metHolesAt + met * layout.holeBytes) >> 2;
    this.#metByKind++;
    return this.#kinds[this.#ints[(layout.metKindAt >> 2) + met]!]!.subjectOf(metric, this);
  }

  /** See `FoundTexts`: of the row by which the last subject was met. */
  textOf(hole: number): string {
    const place = this.#metHoles + 2 * hole;
    const at = this.#ints[place]!;
    return this.#bytes.toString('latin1', at, at + this.#ints[place + 1]!);
  }

  /** Whether one more kind may be of use: as long as there are few, or those that there were have been of use. */
  get wantsKinds(): boolean {
    return this.#kindsMade < layout.mostKinds + this.#metByKind;
  }

  /** Rows of this kind are known from now on; beyond some, in place of those of the oldest. */
  addKind(subject: Subject, items: readonly KindItem[]): void {
    if (this.#isKnownKind(items)) return;
    const kind = this.#kindsMade++ % layout.mostKinds;
    let text = layout.kindTextsAt + kind * layout.kindTextBytes;
    if (items.reduce((sum, { start, end }) => sum + end - start, 0) > layout.kindTextBytes) return;
    items.forEach(({ start, end, follows }, at) => {
      const place = this.#itemPlace(kind, at);
      this.#bytes.copyWithin(text, layout.roomAt + start, layout.roomAt + end);
      [this.#ints[place], this.#ints[place + 1], this.#ints[place + 2]] = [text, end - start, follows];
      text += end - start;
    });
    this.#kinds[kind] = new RowKind(subject, items);
    this.#ints[layout.told.kinds >> 2] = this.#kinds.length;
    this.#ints[layout.told.kind >> 2] = kind;
  }

  #itemPlace(kind: number, item: number): number {
    return (layout.kindsAt + (kind * layout.mostItems + item) * layout.itemBytes) >> 2;
  }

  #isKnownKind(items: readonly KindItem[]): boolean {
    return this.#kinds.some((_, kind) =>
      items.every(({ start, end, follows }, at) => {
        const place = this.#itemPlace(kind, at);
        const [address, bytes] = [this.#ints[place]!, this.#ints[place + 1]!];
        const isSame = bytes === end - start && this.#ints[place + 2] === follows;
        return isSame && (bytes === 0 || this.#kernel.equal(address, layout.roomAt + start, bytes) === 1);
      }),
    );
  }

  get #textsUsed(): number {
    return this.#ints[layout.told.textsUsed >> 2]!;
  }

  /** Remembers a row that was read in full, and that it followed the one before. Gives back whether its shape is new. */
  learn(row: LearnedRow, series: number, subject: Subject | undefined): boolean {
    const length = row.next - row.timeEnd;
    const shapes = this.#subjects.length;
    const mayGrow =
      length <= layout.longestRow &&
      this.#textsUsed + length + 64 <= layout.textBytes &&
      this.#entries + 1 < layout.mostEntries &&
      this.#subjects.length < layout.mostShapes &&
      this.#names.length < layout.mostMetrics;
    this.#follow(mayGrow ? this.#entryFor(row, series, subject) : 0);
    return this.#subjects.length > shapes;
  }

  #follow(entry: number): void {
    const last = this.#ints[layout.told.last >> 2]!;
    if (last > 0 && entry > 0) this.#ints[(layout.followingOf >> 2) + last] = entry;
    this.#ints[layout.told.last >> 2] = entry;
  }

  /** The index behind the row whose number ends at an index, when it goes on as the entry does, else -1. */
  #tail(entry: number, numberEnd: number, held: number): number {
    const end = this.#kernel.tail(entry, layout.roomAt + numberEnd, layout.roomAt + held);
    return end < 0 ? -1 : end - layout.roomAt;
  }

  #entryFor(row: LearnedRow, series: number, subject: Subject | undefined): number {
    const metric = this.#metricIn(row);
    const number = metric ? this.#numberOf(metric) : 0;
    const shape = this.#shapeFor(textsOf(row, metric), metric ? subject : undefined);
    const entry = this.#kernel.entry(shape, number, series, layout.roomAt + row.timeEnd);
    this.#entries = this.#ints[layout.told.entries >> 2]!;
    return entry;
  }

  /** Texts that are too short to be looked up by are not told from those of another metric. */
  #metricIn({ metric, valueStart }: LearnedRow): MetricPlace | undefined {
    return metric && valueStart - metric.end >= layout.shapeHashBytes ? metric : undefined;
  }

  #numberOf({ start, end }: MetricPlace): number {
    const known = this.#kernel.name(layout.roomAt + start, end - start);
    if (known > 0) return known;
    const number = this.#names.push(this.room.toString('latin1', start, end) as MetricName) - 1;
    const place = (layout.metricsAt >> 2) + 2 * number;
    this.#ints[place] = this.#store({ start, end });
    this.#ints[place + 1] = end - start;
    this.#link(this.#bucket(layout.namesAt, layout.nameBits, start, end - start), layout.sameNameOf, number);
    return number;
  }

  #shapeFor(texts: readonly Stretch[], subject: Subject | undefined): number {
    const [lead, head] = texts;
    const { start, end } = head!.end > head!.start ? head! : lead!;
    const bucket = this.#bucket(layout.alikeAt, layout.alikeBits, start, Math.min(layout.shapeHashBytes, end - start));
    let shape = this.#ints[bucket]!;
    for (let tried = 0; shape > 0 && tried < layout.mostAlike; tried++) {
      if (this.#subjects[shape] === subject && this.#isShape(shape, texts)) return shape;
      shape = this.#ints[(layout.olderShapeOf >> 2) + shape]!;
    }
    shape = this.#subjects.push(subject) - 1;
    this.#ints[layout.told.shapes >> 2] = shape;
    this.#link(bucket, layout.olderShapeOf, shape);
    this.#ints[(layout.hasSubject >> 2) + shape] = subject ? 1 : 0;
    this.#ints[(layout.newestOf >> 2) + shape] = 0;
    const place = (layout.shapesAt + shape * layout.shapeBytes) >> 2;
    texts.forEach((text, at) => {
      this.#ints[place + 2 * at] = this.#store(text);
      this.#ints[place + 2 * at + 1] = text.end - text.start;
    });
    return shape;
  }

  #isShape(shape: number, texts: readonly Stretch[]): boolean {
    const place = (layout.shapesAt + shape * layout.shapeBytes) >> 2;
    return texts.every(({ start, end }, at) => {
      const [address, bytes] = [this.#ints[place + 2 * at]!, this.#ints[place + 2 * at + 1]!];
      const isSame = bytes === end - start;
      return isSame && (bytes <= 0 || this.#kernel.equal(address, layout.roomAt + start, bytes) === 1);
    });
  }

  /** Where a table has what is looked up by some bytes. */
  #bucket(table: number, bits: number, start: number, bytes: number): number {
    return (table >> 2) + (this.#kernel.hash(layout.roomAt + start, bytes) & ((1 << bits) - 1));
  }

  /** Puts one in front of those of its bucket. */
  #link(bucket: number, before: number, one: number): void {
    this.#ints[(before >> 2) + one] = this.#ints[bucket]!;
    this.#ints[bucket] = one;
  }

  #store({ start, end }: Stretch): number {
    const at = layout.textsAt + this.#textsUsed;
    if (end <= start) return at;
    this.#bytes.copyWithin(at, layout.roomAt + start, layout.roomAt + end);
    this.#ints[layout.told.textsUsed >> 2] = this.#textsUsed + end - start;
    return at;
  }
}

/** Some bytes of the room; that they are missing is said by an end one before the start. */
interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** The four texts of a row's shape: before and behind the metric in its head, and in its tail. */
const textsOf = ({ timeEnd, valueStart, valueEnd, next }: LearnedRow, metric?: MetricPlace): readonly Stretch[] => {
  const missing = { start: next, end: next - 1 };
  const head = metric
    ? [
        { start: timeEnd, end: metric.start },
        { start: metric.end, end: valueStart },
      ]
    : [
        { start: timeEnd, end: valueStart },
        { start: valueStart, end: valueStart },
      ];
  if (metric === undefined || metric.again < 0) return [...head, { start: valueEnd, end: next }, missing];
  const behind = metric.again + metric.end - metric.start;
  return [...head, { start: valueEnd, end: metric.again }, { start: behind, end: next }];
};
