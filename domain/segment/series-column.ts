import { type GpuUuid, type Hostname, type MetricName } from '../ids.js';
import { holes } from './label-template.js';
import { mostSeries, refuseAbove } from './limits.js';
import { type PartReader, type PartWriter } from './parts.js';
import { readRuns, writeRuns } from './runs.js';
import { type Series } from './segment.js';
import { type StringTable } from './strings.js';
import { readSubjects, writeSubjects } from './subject-columns.js';
import { holeTexts, subjectColumns, subjectOf, type Subject } from './subject.js';
import { fill, fillAround, join, parseTemplate, type Parsed } from './template.js';
import { readUuids, UuidColumn } from './uuid-column.js';

/** The series of a body, named in the string table and ready to be written behind it. */
export interface SeriesPlan {
  /** Of each series: the number of its metric, counted in the order in which metrics first come. */
  readonly metricAt: Uint32Array;
  readonly metrics: number;
  readonly write: (parts: PartWriter) => void;
}

/** A series is a metric of a subject. A regular export lists them in order, metric by metric: one run of numbers. */
export const planSeries = (series: readonly Series[], strings: StringTable): SeriesPlan => {
  refuseAbove(series.length, mostSeries, 'series');
  const names = new StringNumbers();
  const metricAt = Uint32Array.from(series, ({ metric }) => names.numberOf(metric, strings));
  const uuids = new UuidColumn(strings);
  const subjects: Subject[] = [];
  const known = new Map<string, number>();
  const subjectAt = Uint32Array.from(series, (one) => {
    const subject = subjectOf(one, strings, uuids);
    const key = subject.join();
    const number = known.get(key) ?? subjects.push(subject) - 1;
    known.set(key, number);
    return number;
  });
  const pairs = Float64Array.from(series, (_, i) => metricAt[i]! * subjects.length + subjectAt[i]!);
  const write = (parts: PartWriter): void => {
    parts.squeezed.varint(series.length);
    parts.squeezed.varint(names.numbers.length);
    writeRuns(parts, Uint32Array.from(names.numbers));
    uuids.write(parts);
    writeSubjects(parts, subjects);
    writeRuns(parts, pairs);
  };
  return { metricAt, metrics: names.numbers.length, write };
};

/** Texts numbered among themselves, each with its number in the string table. */
class StringNumbers {
  readonly numbers: number[] = [];
  private readonly own = new Map<string, number>();

  numberOf(text: string, strings: StringTable): number {
    const known = this.own.get(text);
    if (known !== undefined) return known;
    this.own.set(text, this.numbers.length);
    return this.numbers.push(strings.numberOf(text)) - 1;
  }
}

export interface ReadSeries {
  readonly series: readonly Series[];
  readonly metricAt: Uint32Array;
  readonly metrics: number;
}

export const readSeries = (parts: PartReader, strings: readonly string[]): ReadSeries => {
  const count = parts.squeezed.count(mostSeries, 'series');
  const metrics = parts.squeezed.count(count, 'metrics');
  const names = readRuns(parts, new Uint32Array(metrics), strings.length);
  const uuids = readUuids(parts, count, strings);
  const subjects = readSubjects(parts, count, uuids.length, strings.length);
  const pairs = readRuns(parts, new Float64Array(count), metrics * subjects.length);
  const metricAt = Uint32Array.from(pairs, (pair) => Math.floor(pair / subjects.length));
  const templates = new Templates(strings);
  const expanded = subjects.map((subject) => expandSubject(subject, uuids, strings, templates));
  const series = Array.from(pairs, (pair, i) => {
    const { labels, common } = expanded[pair % subjects.length]!;
    const metric = strings[names[metricAt[i]!]!]! as MetricName;
    return { metric, ...common, labels: join(labels, metric), extra: common.extra };
  });
  return { series, metricAt, metrics };
};

/** Each template of the table, parsed once. */
class Templates {
  private readonly parsed = new Map<number, Parsed>();

  constructor(private readonly strings: readonly string[]) {}

  get(number: number): Parsed {
    const parsed = this.parsed.get(number) ?? parseTemplate(this.strings[number]!);
    this.parsed.set(number, parsed);
    return parsed;
  }
}

interface ExpandedSubject {
  readonly common: Omit<Series, 'metric' | 'labels'>;
  /** Its labels, cut where the metric's name goes. */
  readonly labels: readonly string[];
}

const expandSubject = (
  subject: Subject,
  uuids: readonly string[],
  strings: readonly string[],
  templates: Templates,
): ExpandedSubject => {
  const column = (name: (typeof subjectColumns)[number]): number => subject[subjectColumns.indexOf(name)]!;
  const text = (name: (typeof subjectColumns)[number]): string => strings[column(name)]!;
  const gpuIndex = text('gpuIndex');
  const extra: [string, string][] = [];
  for (let i = subjectColumns.length; i < subject.length; i += 2)
    extra.push([strings[subject[i]!]!, strings[subject[i + 1]!]!]);
  const common = {
    gpuIndex,
    device: fill(templates.get(column('device')), ['', gpuIndex]),
    uuid: uuids[column('uuid')]! as GpuUuid,
    modelName: text('modelName'),
    hostname: text('hostname') as Hostname,
    container: text('container'),
    pod: text('pod'),
    namespace: text('namespace'),
    extra,
  };
  const texts = holeTexts({ ...common, metric: '' as MetricName });
  return { common, labels: fillAround(templates.get(column('labels')), texts, holes.metric) };
};
