import { type MetricName } from '../../../domain/ids.js';
import { type Subject } from '../../../domain/segment/segment.js';
import * as layout from './kernel-memory.js';
import { type LearnedRow, type MetricPlace } from './learned-row.js';
import { type RowKernel } from './row-kernel.js';

/**
 * The two halves of entries, in the kernel's memory: names of metrics, and shapes, which are the texts that the rows of
 * one subject have around them.
 */
export class KnownShapes {
  readonly #bytes: Buffer;
  readonly #ints: Int32Array;
  #names: MetricName[] = [];
  /** Of each shape, from 1, where rows of other metrics may be known by it. */
  #subjects: (Subject | undefined)[] = [];

  constructor(private readonly kernel: RowKernel) {
    this.#bytes = kernel.bytes;
    this.#ints = kernel.ints;
  }

  /** The first metric is none, and so is the first shape. */
  clear(): void {
    for (const at of [layout.told.shapes, layout.told.textsUsed]) this.#ints[at >> 2] = 0;
    this.#names = ['' as MetricName];
    this.#subjects = [undefined];
  }

  /** One more than there are. */
  get next(): number {
    return this.#subjects.length;
  }

  /** Whether the texts of one more row of so many bytes have room. */
  hasRoomFor(bytes: number): boolean {
    const fits = bytes <= layout.longestRow && this.#textsUsed + bytes + 64 <= layout.textBytes;
    return fits && this.#subjects.length < layout.mostShapes && this.#names.length < layout.mostMetrics;
  }

  metric(number: number): MetricName {
    return this.#names[number]!;
  }

  subject(shape: number): Subject | undefined {
    return this.#subjects[shape];
  }

  /** The kernel has made one more by itself. */
  met(subject: Subject): void {
    this.#subjects.push(subject);
  }

  get #textsUsed(): number {
    return this.#ints[layout.told.textsUsed >> 2]!;
  }

  /** The number of a metric that stands there. */
  numberOf({ start, end }: MetricPlace): number {
    const known = this.kernel.name(layout.roomAt + start, end - start);
    if (known > 0) return known;
    const number =
      this.#names.push(this.#bytes.toString('latin1', layout.roomAt + start, layout.roomAt + end) as MetricName) - 1;
    const place = (layout.metricsAt >> 2) + 2 * number;
    this.#ints[place] = this.#store({ start, end });
    this.#ints[place + 1] = end - start;
    this.#link(this.#bucket(layout.namesAt, layout.nameBits, start, end - start), layout.sameNameOf, number);
    return number;
  }

  /** The shape of a row that was read in full. */
  shapeFor(row: LearnedRow, metric: MetricPlace | undefined, subject: Subject | undefined): number {
    const texts = textsOf(row, metric);
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
      return isSame && (bytes <= 0 || this.kernel.equal(address, layout.roomAt + start, bytes) === 1);
    });
  }

  /** Where a table has what is looked up by some bytes. */
  #bucket(table: number, bits: number, start: number, bytes: number): number {
    return (table >> 2) + (this.kernel.hash(layout.roomAt + start, bytes) & ((1 << bits) - 1));
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
