import { type GpuUuid, type Hostname, type MetricName } from '../ids.js';
import { holes } from './label-template.js';
import { mostSeries } from './limits.js';
import { type PartReader } from './parts.js';
import { readRuns } from './runs.js';
import { type Series } from './segment.js';
import { type SeriesMetrics } from './series-column.js';
import { readStrings } from './strings.js';
import { firstExtra, firstText, readSubjects, type SubjectNumbers } from './subject-columns.js';
import { holeTexts, places } from './subject.js';
import { fill, fillAround, join, Templates } from './template.js';
import { readUuids } from './uuid-column.js';

/** The series of a body, as objects that are never changed. */
export interface Dictionary extends SeriesMetrics {
  readonly series: readonly Series[];
}

export const readSeries = (parts: PartReader): Dictionary => {
  const strings = readStrings(parts);
  const count = parts.squeezed.count(mostSeries, 'series');
  const metrics = parts.squeezed.count(count, 'metrics');
  const names = readRuns(parts, new Uint32Array(metrics), strings.length);
  const uuids = readUuids(parts, count, strings);
  const subjects = readSubjects(parts, count, uuids.length, strings.length);
  const pairs = readRuns(parts, new Float64Array(count), metrics * subjects.length);
  const metricAt = Uint32Array.from(pairs, (pair) => Math.floor(pair / subjects.length));
  const templates = new Templates(strings);
  const expanded = subjects.map((subject) => expand(subject, uuids, strings, templates));
  const series = Array.from(pairs, (pair, i) => {
    const { common, labels } = expanded[pair % subjects.length]!;
    const metric = strings[names[metricAt[i]!]!]! as MetricName;
    return { metric, ...common, labels: join(labels, metric) };
  });
  return { series, metricAt, metrics };
};

interface Expanded {
  readonly common: Omit<Series, 'metric' | 'labels'>;
  /** The labels, cut where the metric's name goes. */
  readonly labels: readonly string[];
}

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
