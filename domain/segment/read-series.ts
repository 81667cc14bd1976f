import { type GpuUuid, type Hostname, type MetricName } from '../ids.js';
import { DecodedSeries, DecodedSubject } from './decoded-series.js';
import { holes } from './label-template.js';
import { mostSeries } from './limits.js';
import { type PartReader } from './parts.js';
import { readRuns } from './runs.js';
import { type Series } from './segment.js';
import { type SeriesMetrics } from './series-column.js';
import { readStrings } from './strings.js';
import { firstExtra, firstText, readSubjects, type SubjectNumbers } from './subject-columns.js';
import { holeTexts, places } from './subject.js';
import { fill, fillAround, Templates } from './template.js';
import { readUuids } from './uuid-column.js';

/** The series of a body, as objects that are never changed. */
export interface Dictionary extends SeriesMetrics {
  readonly series: readonly DecodedSeries[];
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
  const decoded = subjects.map((subject) => decodeSubject(subject, uuids, strings, templates));
  const series = Array.from(
    pairs,
    (pair, i) => new DecodedSeries(strings[names[metricAt[i]!]!]! as MetricName, decoded[pair % subjects.length]!),
  );
  return { series, metricAt, metrics };
};

const noExtra: Series['extra'] = [];

const decodeSubject = (
  numbers: SubjectNumbers,
  uuids: readonly string[],
  strings: readonly string[],
  templates: Templates,
): DecodedSubject => {
  const number = (place: number): number => numbers[firstText + place]!;
  const texts = Array.from({ length: Object.keys(places).length }, (_, place) => strings[number(place)]!);
  const extra: [string, string][] = [];
  for (let i = firstExtra; i < numbers.length; i += 2) extra.push([strings[numbers[i]!]!, strings[numbers[i + 1]!]!]);
  const uuid = uuids[numbers[0]!]! as GpuUuid;
  const gpuIndex = texts[places.gpuIndex]!;
  const device = fill(templates.get(number(places.device)), holeTextsOfDevice(gpuIndex));
  const columns = holeTexts({
    ...{ metric: '' as MetricName, gpuIndex, uuid },
    device,
    modelName: texts[places.modelName]!,
    hostname: texts[places.hostname]! as Hostname,
    container: texts[places.container]!,
    pod: texts[places.pod]!,
    namespace: texts[places.namespace]!,
  });
  const labels = fillAround(templates.get(number(places.labels)), columns, holes.metric);
  return new DecodedSubject(uuid, texts, extra.length === 0 ? noExtra : extra, device, labels);
};

/** A device's template knows the index alone. */
const holeTextsOfDevice = (gpuIndex: string): readonly string[] => ['', gpuIndex];
