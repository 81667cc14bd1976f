import * as t from 'io-ts';
import { type Series } from '../../domain/segment/segment.js';
import { parseDecimal } from './decimal.js';
import { reasonsOf } from './reasons.js';
import { cells, extraColumns, type RowForm, valueText } from './row-form.js';

/** The columns of a DCGM export, one row per metric of a GPU; a header must have them all, in any order. */
export const longColumns = [
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
] as const;
export type LongColumn = (typeof longColumns)[number];

const LongRow = t.type({
  timestamp: cells.time,
  metric_name: cells.metric,
  gpu_id: cells.text,
  device: cells.text,
  uuid: cells.uuid,
  modelName: cells.text,
  Hostname: cells.hostname,
  container: cells.text,
  pod: cells.text,
  namespace: cells.text,
  value: cells.value,
  labels_raw: cells.text,
});

const seriesOf = (row: t.TypeOf<typeof LongRow>, extra: Series['extra']): Series => ({
  metric: row.metric_name,
  gpuIndex: row.gpu_id,
  device: row.device,
  uuid: row.uuid,
  modelName: row.modelName,
  hostname: row.Hostname,
  container: row.container,
  pod: row.pod,
  namespace: row.namespace,
  labels: row.labels_raw,
  extra,
});

/** @param place of each of the twelve columns in the header */
export const longForm = (columns: readonly string[], place: Readonly<Record<LongColumn, number>>): RowForm => {
  const known = new Set(longColumns.map((name) => place[name]));
  const extras = extraColumns(columns, known);
  const keyed = columns.map((_, at) => at).filter((at) => at !== place.timestamp && at !== place.value);
  const rowOf = (fields: readonly string[]) =>
    LongRow.decode(Object.fromEntries(longColumns.map((name) => [name, fields[place[name]]])));

  return {
    form: 'long',
    columns,
    timeColumn: place.timestamp,
    valueColumn: place.value,
    read: (fields, numbers, sink) => {
      const text = fields[place.value]!;
      const value = parseDecimal(text);
      if (value === undefined) return false;
      const key = JSON.stringify(keyed.map((at) => fields[at]));
      let number = numbers.find(key);
      if (number === undefined) {
        const row = rowOf(fields);
        if (row._tag === 'Left') return false;
        const extra = extras.map(([name, at]) => [name, fields[at]!] as const);
        number = numbers.add(key, seriesOf(row.right, extra));
      }
      sink.event(number, value, valueText(value, text));
      return true;
    },
    reasonsAgainst: (fields) => {
      const row = rowOf(fields);
      return row._tag === 'Left' ? reasonsOf(row.left) : [];
    },
  };
};
