import { type GpuUuid, type Hostname, type MetricName } from '../ids.js';
import { holes } from './label-template.js';
import { mostSeries } from './limits.js';
import { type PartReader } from './parts.js';
import { readRuns } from './runs.js';
import { type Series } from './segment.js';
import { type SeriesMetrics } from './series-column.js';
import { readStrings } from './strings.js';
import { extraCount, firstExtra, firstText, readSubjects, type SubjectNumbers } from './subject-columns.js';
import { holeTexts, places } from './subject.js';
import { fill, fillAround, join, Templates } from './template.js';
import { readUuids } from './uuid-column.js';

/** The series of a body, as objects that are never changed. */
export interface Dictionary extends SeriesMetrics {
  readonly series: readonly Series[];
}

/** A subject as texts, ready to be made a series of any metric. */
export interface Expanded {
  readonly common: Omit<Series, 'metric' | 'labels'>;
  /** The labels, cut where the metric's name goes. */
  readonly labels: readonly string[];
}

export const seriesOf = ({ common, labels }: Expanded, metric: MetricName): Series => ({
  metric,
  ...common,
  labels: join(labels, metric),
});

/** The series of one subject. */
export interface SeriesOfSubject {
  of(metric: MetricName): Series;
}

/** The series of the subject of this key, which `expand` takes apart where it is not known. */
export type FindSubject = (key: string, expand: () => Expanded) => SeriesOfSubject;

const findNone: FindSubject = (_key, expand) => {
  const expanded = expand();
  return { of: (metric) => seriesOf(expanded, metric) };
};

/** @param find where series are found again that other dictionaries have named; their keys are made for it alone */
export const readSeries = (parts: PartReader, find?: FindSubject): Dictionary => {
  const strings = readStrings(parts);
  const count = parts.squeezed.count(mostSeries, 'series');
  const metrics = parts.squeezed.count(count, 'metrics');
  const names = readRuns(parts, new Uint32Array(metrics), strings.length);
  const uuids = readUuids(parts, count, strings);
  const subjects = readSubjects(parts, count, uuids.length, strings.length);
  const pairs = readRuns(parts, new Float64Array(count), metrics * subjects.length);
  const metricAt = Uint32Array.from(pairs, (pair) => Math.floor(pair / subjects.length));
  const templates = new Templates(strings);
  const found = subjects.map((subject) =>
    (find ?? findNone)(find ? keyOf(subject, uuids, strings) : '', () => expand(subject, uuids, strings, templates)),
  );
  const series = Array.from(pairs, (pair, i) =>
    found[pair % subjects.length]!.of(strings[names[metricAt[i]!]!]! as MetricName),
  );
  return { series, metricAt, metrics };
};

/** Equal for equal subjects, and only for them. */
const keyOf = (subject: SubjectNumbers, uuids: readonly string[], strings: readonly string[]): string => {
  const uuid = uuids[subject[0]!]!;
  let key = `${uuid.length}:${uuid}`;
  for (let i = 1; i < subject.length; i++) {
    if (i === extraCount) continue;
    const text = strings[subject[i]!]!;
    key += `${text.length}:${text}`;
  }
  return key;
};

const expand = (
  subject: SubjectNumbers,
  uuids: readonly string[],
  strings: readonly string[],
  templates: Templates,
): Expanded => {
  const number = (place: number): number => subject[firstText + place]!;
  const text = (place: number): string => strings[number(place)]!;
  const extra: [string, string][] = [];
  for (let i = firstExtra; i < subject.length; i += 2) extra.push([strings[subject[i]!]!, strings[subject[i + 1]!]!]);
  const gpuIndex = text(places.gpuIndex);
  const common = {
    gpuIndex,
    device: fill(templates.get(number(places.device)), holeTextsOfDevice(gpuIndex)),
    uuid: uuids[subject[0]!]! as GpuUuid,
    modelName: text(places.modelName),
    hostname: text(places.hostname) as Hostname,
    container: text(places.container),
    pod: text(places.pod),
    namespace: text(places.namespace),
    extra,
  };
  const labels = templates.get(number(places.labels));
  return { common, labels: fillAround(labels, holeTexts({ ...common, metric: '' as MetricName }), holes.metric) };
};

/** A device's template knows the index alone. */
const holeTextsOfDevice = (gpuIndex: string): readonly string[] => ['', gpuIndex];
