import { type MetricName } from '../../../domain/ids.js';
import { type Subject } from '../../../domain/segment/segment.js';
import { type LentRoom } from '../../../domain/source-text.js';
import * as layout from './kernel-memory.js';
import { KnownKinds } from './known-kinds.js';
import { KnownShapes } from './known-shapes.js';
import { type LearnedRow, type MetricPlace } from './learned-row.js';
import { createRowKernel, type RowKernel } from './row-kernel.js';

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
 * a subject is known by a kind (see `KnownKinds`), once one of that kind has been read in full.
 *
 * All of it lies in the kernel's memory, and so does the room for what is read.
 */
export class RowTemplates {
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
  readonly #shapes: KnownShapes;
  /** By which the first rows of subjects are known. */
  readonly kinds: KnownKinds;

  /** Undefined on a machine that has no kernel. */
  static create(): RowTemplates | undefined {
    const kernel = createRowKernel();
    return kernel && new RowTemplates(kernel);
  }

  private constructor(kernel: RowKernel) {
    this.#kernel = kernel;
    this.#bytes = kernel.bytes;
    this.#ints = kernel.ints;
    this.#values = new Float64Array(kernel.memory);
    this.#shapes = new KnownShapes(kernel);
    this.kinds = new KnownKinds(kernel);
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

  #begin(): void {
    this.#entries = 0;
    for (const at of [layout.told.last, layout.told.entries]) this.#ints[at >> 2] = 0;
    this.#shapes.clear();
    this.kinds.clear();
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
    const shapes = this.#shapes;
    for (let entry = this.#entries + 1; entry <= entries; entry++) {
      const metric = shapes.metric(ints[(layout.metricOf >> 2) + entry]!);
      const shape = ints[(layout.shapeOf >> 2) + entry]!;
      if (shape === shapes.next) shapes.met(met.keepSubject(this.kinds.subjectMet(shape, metric)));
      ints[(layout.seriesOf >> 2) + entry] = met.numberOf(metric, shapes.subject(shape)!);
    }
    this.#entries = entries;
    if (shapes.next !== ints[layout.told.shapes >> 2]! + 1) throw new Error('the kernel met shapes without rows');
    const { series } = this;
    for (let row = 0; row < series.length; row++) {
      if (series[row]! < 0) series[row] = ints[(layout.seriesOf >> 2) - series[row]!]!;
    }
  }

  /** Remembers a row that was read in full, and that it followed the one before. Gives back whether its shape is new. */
  learn(row: LearnedRow, series: number, subject: Subject | undefined): boolean {
    const { next } = this.#shapes;
    const mayGrow = this.#entries + 1 < layout.mostEntries && this.#shapes.hasRoomFor(row.next - row.timeEnd);
    this.#follow(mayGrow ? this.#entryFor(row, series, subject) : 0);
    return this.#shapes.next > next;
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
    const number = metric ? this.#shapes.numberOf(metric) : 0;
    const shape = this.#shapes.shapeFor(row, metric, metric ? subject : undefined);
    const entry = this.#kernel.entry(shape, number, series, layout.roomAt + row.timeEnd);
    this.#entries = this.#ints[layout.told.entries >> 2]!;
    return entry;
  }

  /** Texts that are too short to be looked up by are not told from those of another metric. */
  #metricIn({ metric, valueStart }: LearnedRow): MetricPlace | undefined {
    return metric && valueStart - metric.end >= layout.shapeHashBytes ? metric : undefined;
  }
}
