import { type Series, type Subject } from '../../../domain/segment/segment.js';
import { holeTexts, places } from '../../../domain/segment/subject.js';
import { holes } from '../../../domain/segment/label-template.js';
import { fillAround, parseTemplate } from '../../../domain/segment/template.js';
import { longestName } from './kernel-memory.js';
import { isPlain } from './plain-byte.js';
import { type MetricPlace } from './learned-row.js';

const quote = 0x22;
const comma = 0x2c;

/** The place of the metric in a row whose second field it is, as far as the head tells; undefined for an unusual name. */
export const metricBehind = (bytes: Buffer, timeEnd: number): MetricPlace | undefined => {
  const separator = bytes[timeEnd] === quote ? timeEnd + 1 : timeEnd;
  const isQuoted = bytes[separator + 1] === quote;
  const start = separator + (isQuoted ? 2 : 1);
  let end = start;
  const limit = Math.min(bytes.length, start + longestName);
  while (end < limit && isPlain(bytes[end]!)) end++;
  const isOne = bytes[separator] === comma && end > start && bytes[end] === (isQuoted ? quote : comma);
  return isOne ? { start, end, again: -1 } : undefined;
};

/** Where in the field of labels that begins at `start` the metric stands; undefined where it does more than once. */
export const metricInLabels = (
  bytes: Buffer,
  start: number,
  series: Series,
  subject: Subject,
): { readonly again: number } | undefined => {
  const pieces = fillAround(parseTemplate(subject.texts[places.labels]!), holeTexts(series), holes.metric);
  if (pieces.length === 1) return { again: -1 };
  if (pieces.length > 2) return undefined;
  const before = bytes[start - 1] === quote ? pieces[0]!.replaceAll('"', '""') : pieces[0]!;
  const again = start + Buffer.byteLength(before, 'utf8');
  const repeats = bytes.toString('latin1', again, again + series.metric.length) === series.metric;
  return repeats ? { again } : undefined;
};
