import { type Series, type Subject } from '../../../domain/segment/segment.js';
import { type BlockReaderStart } from '../block-writer.js';
import { type Span } from '../text-window.js';
import { type LearnedRow, type MetricPlace } from './learned-row.js';
import { metricBehind, metricInLabels } from './metric-place.js';
import { kindItems } from './row-kind.js';
import { type RowTemplates } from './row-templates.js';
import { type SplitRecord } from './split-record.js';

/** Learns from rows that were read in full what the next ones of their series, and the first ones of others, look like. */
export class RowLearning {
  constructor(
    private readonly start: Pick<BlockReaderStart, 'dictionary' | 'form'>,
    private readonly valueColumn: number,
    private readonly templates: RowTemplates,
  ) {}

  /**
   * @param bytes in which the row stands
   * @param number of its series in the dictionary
   */
  learn(bytes: Buffer, { end, next }: Span, split: SplitRecord, number: number): void {
    const { starts, ends } = split;
    const valueStart = starts[this.valueColumn]!;
    const valueEnd = ends[this.valueColumn]!;
    if (next === end) return;
    const series = this.start.dictionary.series.at(number);
    const { subject } = series;
    const metric = this.#metricOf(bytes, split, series, subject);
    const row = { timeEnd: ends[0]!, valueStart, valueEnd, next, metric };
    const isNew = this.templates.learn(row, number, subject);
    if (isNew && this.templates.kinds.wantsMore) this.#learnKind(bytes, row, split, subject);
  }

  #learnKind(bytes: Buffer, row: LearnedRow, split: SplitRecord, subject: Subject): void {
    const { repeatedColumns: repeated, labelsColumn: labels } = this.start.form;
    if (repeated === undefined || labels === undefined) return;
    const items = kindItems(bytes, row, split, { repeated, labels }, subject);
    if (items) this.templates.kinds.add(subject, items);
  }

  /** Where the metric stands, when it is the second column and the labels, which may repeat it, come behind the value. */
  #metricOf(bytes: Buffer, { starts, ends }: SplitRecord, series: Series, subject: Subject): MetricPlace | undefined {
    const { metricColumn, labelsColumn } = this.start.form;
    if (metricColumn !== 1 || labelsColumn === undefined || labelsColumn < this.valueColumn) return undefined;
    const place = metricBehind(bytes, ends[0]!);
    const repeated = place && metricInLabels(bytes, starts[labelsColumn]!, series, subject);
    return repeated && { ...place, ...repeated };
  }
}
