import { type MetricName } from '../../../domain/ids.js';
import { areKept, holes, keptValues, type KeptValue, labelTemplate } from '../../../domain/segment/label-template.js';
import { type Subject } from '../../../domain/segment/segment.js';
import { holeTexts, places, SubjectSeries, SubjectTexts } from '../../../domain/segment/subject.js';
import { fill, type Parsed, parseTemplate } from '../../../domain/segment/template.js';
import { longestRow, longestName, mostItems, nothingFollows, valueFollows } from './kernel-memory.js';
import { isPlain } from './plain-byte.js';
import { type LearnedRow } from './learned-row.js';
import { type SplitRecord } from './split-record.js';

const quote = 0x22;
/** The columns that subjects of one kind may differ in, beside the UUID, and where their text stands in a subject. */
const differing: readonly (readonly [hole: number, place: number])[] = [
  [holes.gpuIndex, places.gpuIndex],
  [holes.hostname, places.hostname],
  [holes.container, places.container],
  [holes.pod, places.pod],
  [holes.namespace, places.namespace],
];

/** A text that all rows of a kind have, as indexes into one of them, and what follows: a hole, the number or nothing. */
export interface KindItem {
  readonly start: number;
  readonly end: number;
  readonly follows: number;
}

/** A stretch of a row that differs from row to row of a kind. */
interface Span {
  readonly start: number;
  readonly end: number;
  readonly hole: number;
}

/** The texts that a row has in the holes of its kind. */
export interface FoundTexts {
  textOf(hole: number): string;
}

/**
 * What the subjects of one exporter have in common: their rows have the same texts around the metric, the number and some
 * columns, wherever these are repeated, and so their labels have the same template. So the first row of a subject is known
 * when one of its kind has been read in full.
 */
export class RowKind {
  /** The holes of columns that differ beside the UUID, and where their texts stand in a subject. */
  readonly #holes: readonly number[];
  readonly #places: readonly number[];
  /** The device's text in front of the index; undefined where it is the same for all. */
  readonly #device: string | undefined;
  readonly #labels: Parsed;
  readonly #kept: readonly KeptValue[];
  /** The texts of the last subject, by hole number. */
  readonly #columns: string[];

  /** @param items of the kind's rows */
  constructor(
    private readonly subject: Subject,
    items: readonly KindItem[],
  ) {
    const { texts } = subject;
    const own = differing.filter(([hole]) => items.some(({ follows }) => follows === hole));
    this.#holes = own.map(([hole]) => hole);
    this.#places = own.map(([, place]) => place);
    const device = parseTemplate(texts[places.device]!);
    this.#device = device.holes.length > 0 ? device.texts[0] : undefined;
    this.#labels = parseTemplate(texts[places.labels]!);
    this.#kept = keptValues(texts[places.labels]!);
    this.#columns = [...holeTexts(new SubjectSeries('' as MetricName, subject))];
  }

  /**
   * The subject of a row of this kind, as the row read in full would give it. A file of a large fleet begins with
   * thousands of them: without iterators, which leave garbage in code that has not run often.
   */
  subjectOf(metric: MetricName, found: FoundTexts): Subject {
    const texts = this.subject.texts.slice();
    const columns = this.#columns;
    const uuid = found.textOf(holes.uuid);
    columns[holes.metric] = metric;
    columns[holes.uuid] = uuid;
    for (let at = 0; at < this.#holes.length; at++) {
      const hole = this.#holes[at]!;
      const text = found.textOf(hole);
      texts[this.#places[at]!] = text;
      columns[hole] = text;
    }
    if (this.#device !== undefined) columns[holes.device] = this.#device + columns[holes.gpuIndex]!;
    if (!areKept(this.#kept, columns)) texts[places.labels] = labelTemplate(fill(this.#labels, columns), columns);
    return new SubjectTexts(uuid, texts, this.subject.extra);
  }
}

/** Where rows of a form have what kinds are made of. */
export interface KindColumns {
  /** By hole number. */
  readonly repeated: readonly number[];
  readonly labels: number;
}

/** The items of the kind of a row that was read in full; undefined where none is made of it. */
export const kindItems = (
  bytes: Buffer,
  row: LearnedRow,
  { fields, starts, ends }: SplitRecord,
  { repeated, labels }: KindColumns,
  subject: Subject,
): readonly KindItem[] | undefined => {
  const { metric, timeEnd, valueStart, valueEnd, next } = row;
  if (metric === undefined || next - timeEnd > longestRow) return undefined;
  const spans: Span[] = [
    { start: metric.start, end: metric.end, hole: holes.metric },
    { start: valueStart, end: valueEnd, hole: valueFollows },
  ];
  if (metric.again >= 0) {
    spans.push({ start: metric.again, end: metric.again + metric.end - metric.start, hole: holes.metric });
  }
  const device = parseTemplate(subject.texts[places.device]!);
  const isVaried = (hole: number): boolean =>
    (hole !== holes.gpuIndex || device.holes.length > 0) &&
    isName(bytes, starts[repeated[hole]!]!, ends[repeated[hole]!]!);
  const varied = new Set([holes.uuid, ...differing.map(([hole]) => hole)].filter(isVaried));
  if (!varied.has(holes.uuid) || !varied.has(holes.hostname)) return undefined;
  if (repeated.some((column) => fields[column]!.includes('"'))) return undefined;
  for (const hole of varied) spans.push({ start: starts[repeated[hole]!]!, end: ends[repeated[hole]!]!, hole });
  const deviceAt = repeated[holes.device]!;
  const lengthOf = (hole: number): number => fields[repeated[hole]!]!.length;
  if (varied.has(holes.gpuIndex)) {
    spans.push({ start: ends[deviceAt]! - lengthOf(holes.gpuIndex), end: ends[deviceAt]!, hole: holes.gpuIndex });
  }
  const template = parseTemplate(subject.texts[places.labels]!);
  const bytesOf = (text: string): number =>
    Buffer.byteLength(bytes[starts[labels]! - 1] === quote ? text.replaceAll('"', '""') : text, 'utf8');
  let at = starts[labels]! + bytesOf(template.texts[0]!);
  for (const [number, hole] of template.holes.entries()) {
    const end = at + Buffer.byteLength(fields[repeated[hole]!]!, 'utf8');
    if (varied.has(hole)) spans.push({ start: at, end, hole });
    else if (hole === holes.device && varied.has(holes.gpuIndex)) {
      spans.push({ start: end - lengthOf(holes.gpuIndex), end, hole: holes.gpuIndex });
    }
    at = end + bytesOf(template.texts[number + 1]!);
  }
  return at === ends[labels] ? itemsBetween(spans, timeEnd, next) : undefined;
};

const isName = (bytes: Buffer, start: number, end: number): boolean => {
  if (end === start || end - start > longestName) return false;
  for (let at = start; at < end; at++) if (!isPlain(bytes[at]!)) return false;
  return true;
};

/** The texts between stretches that differ; undefined where there are too many. */
const itemsBetween = (spans: readonly Span[], start: number, end: number): readonly KindItem[] | undefined => {
  const items: KindItem[] = [];
  let at = start;
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    if (span.start < at) return undefined;
    items.push({ start: at, end: span.start, follows: span.hole });
    at = span.end;
  }
  items.push({ start: at, end, follows: nothingFollows });
  return items.length <= mostItems ? items : undefined;
};
