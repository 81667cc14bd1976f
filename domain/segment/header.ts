import { type ClusterId, type SourceId } from '../ids.js';
import { type Revision } from '../revision.js';
import { type ByteReader } from './byte-reader.js';
import { type ByteWriter } from './byte-writer.js';
import { mostColumns, mostEvents, refuseAbove } from './limits.js';
import { type SegmentHeader } from './segment.js';
import { readText, writeText } from './text.js';
import { readInstants, writeInstants } from './time-column.js';

const sourceLength = 16;
/** The header line of the long form, which most sources have: stored as "no columns". Part of the format. */
const longForm: readonly string[] = [
  'timestamp',
  'metric_name',
  'gpu_id',
  'device',
  'uuid',
  'modelName',
  'Hostname',
  'container',
  'pod',
  'namespace',
  'value',
  'labels_raw',
];

/** Versioned: change with care. Not compressed, so that a scan of the log reads it without inflating the events. */
export const writeHeader = (out: ByteWriter, header: SegmentHeader): void => {
  writeText(out, header.cluster);
  out.raw(Buffer.from(header.source, 'hex'));
  out.bigVarint(header.claim);
  out.varint(header.batch);
  out.varint(header.part);
  out.varint(header.parts);
  out.varint(header.from);
  out.varint(header.to - header.from);
  out.varint(header.pass);
  writeInstants(out, [header.appendedAt]);
  writeColumns(out, header.columns);
  out.varint(header.events);
};

export const readHeader = (input: ByteReader): SegmentHeader => {
  const cluster = readText(input) as ClusterId;
  const source = Buffer.from(input.raw(sourceLength)).toString('hex') as SourceId;
  const claim = input.bigVarint() as Revision;
  const [batch, part, parts, from] = [input.varint(), input.varint(), input.varint(), input.varint()];
  const to = from + input.varint();
  const pass = input.varint();
  const appendedAt = readInstants(input, 1)[0]!;
  const columns = readColumns(input);
  const events = input.count(mostEvents, 'events');
  return { cluster, source, claim, batch, part, parts, from, to, pass, appendedAt, columns, events };
};

const writeColumns = (out: ByteWriter, columns: readonly string[]): void => {
  const usual = columns.length === longForm.length && columns.every((name, i) => name === longForm[i]);
  refuseAbove(columns.length, mostColumns, 'columns');
  out.varint(usual ? 0 : columns.length + 1);
  if (!usual) for (const name of columns) writeText(out, name);
};

const readColumns = (input: ByteReader): readonly string[] => {
  const count = input.count(mostColumns + 1, 'columns');
  return count === 0 ? longForm : Array.from({ length: count - 1 }, () => readText(input));
};
