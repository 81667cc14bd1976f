import { type MetricName } from '../ids.js';
import { type Series } from './segment.js';
import { SubjectSeries, SubjectTexts } from './subject.js';
import { checkJoined } from './template.js';

/** A subject as a dictionary names it, with what it takes to make the labels of each of its series. */
export class DecodedSubject extends SubjectTexts {
  /** @param pieces of the labels, cut where the metric's name goes */
  constructor(
    uuid: string,
    texts: readonly string[],
    extra: Series['extra'],
    readonly device: string,
    private readonly pieces: readonly string[],
  ) {
    super(uuid, texts, extra);
  }

  /** Throws Damaged where the labels of a series of this metric would be without measure. */
  check(metric: MetricName): void {
    checkJoined(this.pieces, metric.length);
  }

  labelsOf(metric: MetricName): string {
    return this.pieces.join(metric);
  }
}

/**
 * A series of a dictionary. Who reads the log keeps some for every metric of every GPU, so it is its metric and a subject
 * that the others share. Its labels are most of its text and seldom asked for.
 */
export class DecodedSeries extends SubjectSeries {
  constructor(
    metric: MetricName,
    override readonly subject: DecodedSubject,
  ) {
    super(metric, subject);
    subject.check(metric);
  }

  override get device(): string {
    return this.subject.device;
  }

  override get labels(): string {
    return this.subject.labelsOf(this.metric);
  }
}
