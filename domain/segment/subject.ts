import { type GpuUuid, type Hostname, type MetricName } from '../ids.js';
import { deviceTemplate, holes, labelTemplate } from './label-template.js';
import { type Series, type Subject } from './segment.js';
import { fill, parseTemplate } from './template.js';

/** The places of `texts`. */
export const places = {
  gpuIndex: 0,
  device: 1,
  modelName: 2,
  hostname: 3,
  container: 4,
  pod: 5,
  namespace: 6,
  labels: 7,
} as const;

/** The row's texts by hole number. */
export const holeTexts = (series: Omit<Series, 'labels' | 'extra'>): readonly string[] => {
  const texts: string[] = [];
  texts[holes.metric] = series.metric;
  texts[holes.gpuIndex] = series.gpuIndex;
  texts[holes.device] = series.device;
  texts[holes.uuid] = series.uuid;
  texts[holes.modelName] = series.modelName;
  texts[holes.hostname] = series.hostname;
  texts[holes.container] = series.container;
  texts[holes.pod] = series.pod;
  texts[holes.namespace] = series.namespace;
  return texts;
};

const mostRemembered = 16_384;
const remembered = new WeakMap<Series, Subject>();
const shared = new Map<string, Subject>();

/**
 * The subject of a series, remembered as long as the series is: a reader hands on the same objects batch after batch,
 * and taking labels apart costs more than all the rest of encoding. Series of one subject share the object.
 */
export const subjectOf = (series: Series): Subject => {
  if (series instanceof SubjectSeries) return series.subject;
  const known = remembered.get(series);
  if (known) return known;
  const made = createSubject(series);
  const { key } = made;
  const subject = shared.get(key) ?? made;
  if (shared.size >= mostRemembered) shared.clear();
  shared.set(key, subject);
  remembered.set(series, subject);
  return subject;
};

/** Its key is made when it is asked for: it would take as much memory as all the rest. */
export class SubjectTexts implements Subject {
  constructor(
    readonly uuid: string,
    readonly texts: readonly string[],
    readonly extra: Series['extra'],
  ) {}

  get key(): string {
    return [this.uuid, ...this.texts, ...this.extra.flat()].map((text) => `${text.length}:${text}`).join('');
  }
}

export const createSubject = (series: Series): Subject => {
  const { uuid, extra } = series;
  const texts: string[] = [];
  texts[places.gpuIndex] = series.gpuIndex;
  texts[places.device] = deviceTemplate(series.device, series.gpuIndex);
  texts[places.modelName] = series.modelName;
  texts[places.hostname] = series.hostname;
  texts[places.container] = series.container;
  texts[places.pod] = series.pod;
  texts[places.namespace] = series.namespace;
  texts[places.labels] = labelTemplate(series.labels, holeTexts(series));
  return new SubjectTexts(uuid, texts, extra);
};

/** A series that keeps its metric and a subject alone: its labels, the longest of its texts, are made when asked for. */
export class SubjectSeries implements Series {
  constructor(
    readonly metric: MetricName,
    readonly subject: Subject,
  ) {}

  get gpuIndex(): string {
    return this.subject.texts[places.gpuIndex]!;
  }

  get device(): string {
    return fill(parseTemplate(this.subject.texts[places.device]!), ['', this.gpuIndex]);
  }

  get uuid(): GpuUuid {
    return this.subject.uuid as GpuUuid;
  }

  get modelName(): string {
    return this.subject.texts[places.modelName]!;
  }

  get hostname(): Hostname {
    return this.subject.texts[places.hostname]! as Hostname;
  }

  get container(): string {
    return this.subject.texts[places.container]!;
  }

  get pod(): string {
    return this.subject.texts[places.pod]!;
  }

  get namespace(): string {
    return this.subject.texts[places.namespace]!;
  }

  get labels(): string {
    return fill(parseTemplate(this.subject.texts[places.labels]!), holeTexts(this));
  }

  get extra(): Series['extra'] {
    return this.subject.extra;
  }
}
