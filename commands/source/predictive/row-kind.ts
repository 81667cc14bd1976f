import { type MetricName } from '../../../domain/ids.js';
import { areKept, holes, keptValues, type KeptValue, labelTemplate } from '../../../domain/segment/label-template.js';
import { type Subject } from '../../../domain/segment/segment.js';
import { places, SubjectTexts } from '../../../domain/segment/subject.js';
import { fill, parseTemplate } from '../../../domain/segment/template.js';
import { longestRow, longestName, mostItems, nothingFollows, valueFollows } from './kernel-memory.js';
import { isPlain } from './plain-byte.js';
import { type LearnedRow } from './learned-row.js';
import { type SplitRecord } from './split-record.js';

const quote = 0x22;
/** The columns that subjects of one kind may differ in, beside the UUID, and where their text stands in a subject. */
const placeOf: readonly (readonly [hole: number, place: number])[] = [
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

/**
 * What the subjects of one exporter have in common: their rows have the same texts around the metric, the number and some
 * columns, wherever these are repeated, and so their labels have the same template. So the first row of a subject is known
 * when one of its kind has been read in full.
 */
export class RowKind {
  readonly #kept: readonly KeptValue[];
  readonly #differing: readonly (readonly [hole: number, place: number])[];
  readonly #device: string;
  readonly #labels: string;

  /** @param items of the kind's rows */
  constructor(
    private readonly subject: Subject,
    items: readonly KindItem[],
  ) {
    const { texts } = subject;
    this.#differing = placeOf.filter(([hole]) => items.some(({ follows }) => follows === hole));
    this.#device = texts[places.device]!;
    this.#labels = texts[places.labels]!;
    this.#kept = keptValues(this.#labels);
  }

  /** The subject of a row of this kind, as the row read in full would give it. */
  subjectOf(metric: MetricName, textOf: (hole: number) => string): Subject {
    const { subject } = this;
    const texts = [...subject.texts];
    for (const [hole, place] of this.#differing) texts[place] = textOf(hole);
    const uuid = textOf(holes.uuid);
    const columns = this.#columns(metric, uuid, texts);
    if (!areKept(this.#kept, columns)) {
      texts[places.labels] = labelTemplate(fill(parseTemplate(this.#labels), columns), columns);
    }
    return new SubjectTexts(uuid, texts, subject.extra);
  }

  #columns(metric: MetricName, uuid: string, texts: readonly string[]): readonly string[] {
    const gpuIndex = texts[places.gpuIndex]!;
    const columns: string[] = [];
    columns[holes.metric] = metric;
    columns[holes.gpuIndex] = gpuIndex;
    columns[holes.device] = fill(parseTemplate(this.#device), ['', gpuIndex]);
    columns[holes.uuid] = uuid;
    columns[holes.modelName] = texts[places.modelName]!;
    columns[holes.hostname] = texts[places.hostname]!;
    columns[holes.container] = texts[places.container]!;
    columns[holes.pod] = texts[places.pod]!;
    columns[holes.namespace] = texts[places.namespace]!;
    return columns;
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
  const varied = new Set([holes.uuid, ...placeOf.map(([hole]) => hole)].filter(isVaried));
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
