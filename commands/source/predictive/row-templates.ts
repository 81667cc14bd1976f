import { type MetricName } from '../../../domain/ids.js';
import { type Subject } from '../../../domain/segment/subject.js';
import * as layout from './kernel-memory.js';
import { createRowKernel, type RowKernel } from './row-kernel.js';

const quote = 0x22;
/** A row longer than this is not learned: so none that agrees, with any usual number, is longer than a record may be. */
const longestRow = 16 * 1024;
/** Entries that share a hash; beyond so many they are found by succession only. */
const longestChain = 8;
/** Shapes are looked up by so many bytes behind the metric: GPU and UUID. */
const shapeHashBytes = 64;
/** Of the shapes that share a hash so many are looked at. */
const mostAlike = 16;

/** Where in a row its metric stands, directly behind its time. Indexes into the room. */
export interface MetricPlace {
  readonly start: number;
  readonly end: number;
  /** In the labels behind the number, where they repeat it; -1 where they do not. */
  readonly again: number;
}

/** A row taken apart: its time, then `head`, its number, then `tail` up to behind its line end; indexes into the room. */
export interface LearnedRow {
  readonly timeEnd: number;
  readonly valueStart: number;
  readonly valueEnd: number;
  readonly next: number;
  /** Undefined where a row of another metric is not to be known by this one. */
  readonly metric: MetricPlace | undefined;
}

/** A row of a new series that is known all the same: of a known metric and a known subject. */
export interface Recognised {
  readonly metric: MetricName;
  readonly subject: Subject;
  readonly next: number;
}

/**
 * What the rows of each series have in common: all bytes but the time at their beginning and the number. That is an
 * entry, made of a metric's name and of a shape, which the rows of one subject share: the texts before and behind the
 * name, twice where the labels repeat it. So the first row of a series is known, too, when its subject and its metric
 * are. The next row is guessed to be of the entry that followed last time, else looked up by the bytes behind its time,
 * and then compared byte for byte: a row that agrees has the same fields, and only its number is parsed.
 *
 * All of it lies in the kernel's memory, and so does the room for what is read.
 */
export class RowTemplates {
  /** Where what is read is put. */
  readonly room: Buffer;
  readonly #kernel: RowKernel;
  readonly #bytes: Buffer;
  readonly #ints: Int32Array;
  readonly #values: Float64Array;
  #textsUsed = 0;
  #entries = 0;
  #shapes = 0;
  #metricNumbers = new Map<string, number>();
  #names: MetricName[] = [];
  /** The newest shape of a hash; and for each the one before it, or -1. */
  #newestShape = new Map<number, number>();
  #olderShape: number[] = [];
  /** Of each shape, where rows of other metrics may be known by it. */
  #subjects: (Subject | undefined)[] = [];
  #recognised = 0;

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
    this.#addMetric('');
  }

  clear(): void {
    [this.#textsUsed, this.#entries, this.#shapes] = [0, 0, 0];
    this.#ints[layout.told.last >> 2] = 0;
    const buckets = layout.bucketsAt >> 2;
    this.#ints.fill(0, buckets, buckets + (1 << layout.bucketBits));
    this.#metricNumbers = new Map();
    this.#names = [];
    this.#newestShape = new Map();
    this.#olderShape = [];
    this.#subjects = [];
    this.#addMetric('');
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
   * Looks whether the row whose time ends at `timeEnd` is of a known metric and a known subject.
   * `take` or `learn` is to be called before anything else is.
   */
  recognise(timeEnd: number, metric: MetricPlace, held: number): Recognised | undefined {
    if (metric.end + shapeHashBytes > held || this.#entries + 1 >= layout.mostEntries) return undefined;
    const name = this.room.toString('latin1', metric.start, metric.end);
    const number = this.#metricNumbers.get(name);
    if (number === undefined) return undefined;
    let shape = this.#newestShape.get(this.#hashAt(metric.end, shapeHashBytes)) ?? -1;
    for (let tried = 0; shape >= 0 && tried < mostAlike; tried++, shape = this.#olderShape[shape]!) {
      const subject = this.#subjects[shape];
      const next = subject ? this.#agrees(shape, number, timeEnd, metric, held) : -1;
      if (next >= 0) return { metric: this.#names[number]!, subject: subject!, next };
    }
    return undefined;
  }

  /** The row that was recognised has been read, as one of this series; gives back its value. */
  take(timeEnd: number, series: number): number {
    const [shape, metric] = [this.#ints[(layout.shapeOf >> 2) + this.#recognised]!, this.#metricOf(this.#recognised)];
    const known = this.#knownEntry(shape, metric);
    this.#follow(known === 0 ? this.#addEntry(shape, metric, series, timeEnd) : known);
    return this.#values[layout.told.value >> 3]!;
  }

  /** Remembers a row that was read in full, and that it followed the one before. */
  learn(row: LearnedRow, series: number, subject: Subject | undefined): void {
    const length = row.next - row.timeEnd;
    const mayGrow =
      length <= longestRow &&
      this.#textsUsed + length + 64 <= layout.textBytes &&
      this.#entries + 1 < layout.mostEntries &&
      this.#shapes < layout.mostShapes &&
      this.#names.length < layout.mostMetrics;
    this.#follow(mayGrow ? this.#entryFor(row, series, subject) : 0);
  }

  #metricOf(entry: number): number {
    return this.#ints[(layout.metricOf >> 2) + entry]!;
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

  #agrees(shape: number, number: number, timeEnd: number, metric: MetricPlace, held: number): number {
    const { roomAt } = layout;
    const place = (layout.shapesAt + shape * layout.shapeBytes) >> 2;
    const [leadBytes, headBytes] = [this.#ints[place + 1]!, this.#ints[place + 3]!];
    const numberAt = metric.end + headBytes;
    const isHead =
      numberAt < held &&
      leadBytes === metric.start - timeEnd &&
      this.#kernel.equal(this.#ints[place]!, roomAt + timeEnd, leadBytes) === 1 &&
      this.#kernel.equal(this.#ints[place + 2]!, roomAt + metric.end, headBytes) === 1;
    const numberEnd = isHead ? this.#kernel.number(roomAt + numberAt, roomAt + held) - roomAt : -1;
    if (numberEnd < 0) return -1;
    this.#recognised = this.#entries + 1;
    this.#setEntry(this.#recognised, shape, number);
    return this.#tail(this.#recognised, numberEnd, held);
  }

  #setEntry(entry: number, shape: number, metric: number): void {
    this.#ints[(layout.shapeOf >> 2) + entry] = shape;
    this.#ints[(layout.metricOf >> 2) + entry] = metric;
    this.#ints[(layout.followingOf >> 2) + entry] = 0;
  }

  #entryFor(row: LearnedRow, series: number, subject: Subject | undefined): number {
    const metric = this.#metricIn(row);
    const number = metric ? this.#numberOf(this.room.toString('latin1', metric.start, metric.end)) : 0;
    const texts = textsOf(row, metric);
    const shape = this.#shapeFor(texts, metric ? subject : undefined);
    const known = this.#knownEntry(shape, number);
    return known === 0 ? this.#addEntry(shape, number, series, row.timeEnd) : known;
  }

  /** 0 where there is none. */
  #knownEntry(shape: number, metric: number): number {
    let entry = this.#ints[(layout.newestOf >> 2) + shape]!;
    while (entry > 0 && this.#metricOf(entry) !== metric) entry = this.#ints[(layout.olderOf >> 2) + entry]!;
    return entry;
  }

  #addEntry(shape: number, metric: number, series: number, timeEnd: number): number {
    const entry = ++this.#entries;
    this.#setEntry(entry, shape, metric);
    this.#ints[(layout.seriesOf >> 2) + entry] = series;
    this.#ints[(layout.olderOf >> 2) + entry] = this.#ints[(layout.newestOf >> 2) + shape]!;
    this.#ints[(layout.newestOf >> 2) + shape] = entry;
    this.#chain(entry, timeEnd);
    return entry;
  }

  /** Texts that are too short to be looked up by are not told from those of another metric. */
  #metricIn({ metric, valueStart }: LearnedRow): MetricPlace | undefined {
    return metric && valueStart - metric.end >= shapeHashBytes ? metric : undefined;
  }

  #numberOf(name: string): number {
    return this.#metricNumbers.get(name) ?? this.#addMetric(name);
  }

  #addMetric(name: string): number {
    const number = this.#names.push(name as MetricName) - 1;
    this.#metricNumbers.set(name, number);
    const at = (layout.metricsAt >> 2) + 2 * number;
    this.#ints[at] = this.#store(Buffer.from(name, 'latin1'));
    this.#ints[at + 1] = name.length;
    return number;
  }

  #shapeFor(texts: readonly Stretch[], subject: Subject | undefined): number {
    const [lead, head] = texts;
    const longest = head!.end > head!.start ? head! : lead!;
    const hash = this.#hashAt(longest.start, Math.min(shapeHashBytes, longest.end - longest.start));
    const newest = this.#newestShape.get(hash) ?? -1;
    let shape = newest;
    for (let tried = 0; shape >= 0 && tried < mostAlike; tried++, shape = this.#olderShape[shape]!) {
      if (this.#subjects[shape] === subject && this.#isShape(shape, texts)) return shape;
    }
    shape = this.#shapes++;
    this.#newestShape.set(hash, shape);
    this.#olderShape[shape] = newest;
    this.#subjects[shape] = subject;
    this.#ints[(layout.newestOf >> 2) + shape] = 0;
    const place = (layout.shapesAt + shape * layout.shapeBytes) >> 2;
    texts.forEach(({ start, end }, at) => {
      this.#ints[place + 2 * at] = this.#store(this.room.subarray(start, Math.max(start, end)));
      this.#ints[place + 2 * at + 1] = end - start;
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

  /** Makes an entry one that is found by the bytes of its row, behind its time. */
  #chain(entry: number, timeEnd: number): void {
    const metric = (layout.metricsAt >> 2) + 2 * this.#metricOf(entry);
    const shape = (layout.shapesAt + this.#ints[(layout.shapeOf >> 2) + entry]! * layout.shapeBytes) >> 2;
    if (this.#ints[metric + 1]! + this.#ints[shape + 1]! + this.#ints[shape + 3]! < layout.hashedBytes) return;
    const bucket = this.#kernel.hash(layout.roomAt + timeEnd) >> 2;
    const chained = layout.chainedOf >> 2;
    let length = 0;
    for (let at = this.#ints[bucket]!; at > 0; at = this.#ints[chained + at]!) length++;
    if (length >= longestChain) return;
    this.#ints[chained + entry] = this.#ints[bucket]!;
    this.#ints[bucket] = entry;
  }

  #hashAt(start: number, bytes: number): number {
    let hash = bytes;
    for (let at = start; at < start + bytes; at++) hash = Math.imul(hash ^ this.room[at]!, 0x01000193);
    return hash;
  }

  #store(bytes: Uint8Array): number {
    const at = layout.textsAt + this.#textsUsed;
    this.#bytes.set(bytes, at);
    this.#textsUsed += bytes.length;
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
