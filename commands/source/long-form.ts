import * as t from 'io-ts';
import { holes } from '../../domain/segment/label-template.js';
import { type Series } from '../../domain/segment/segment.js';
import { parseDecimal } from './decimal.js';
import { reasonsOf } from './reasons.js';
import { cells, extraColumns, hashOf, noExtra, type RowForm, valueText } from './row-form.js';

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

const checked = { metric_name: cells.metric, uuid: cells.uuid, Hostname: cells.hostname };
/** What a new series is checked for; the row's time and value have been. */
const Identity = t.type(checked);
/** Everything that is checked, for the reasons against a row. */
const LongRow = t.type({ timestamp: cells.time, ...checked, value: cells.value });

/** The columns that labels repeat, by the number of their hole. */
const columnsByHole: LongColumn[] = [];
columnsByHole[holes.metric] = 'metric_name';
columnsByHole[holes.gpuIndex] = 'gpu_id';
columnsByHole[holes.device] = 'device';
columnsByHole[holes.uuid] = 'uuid';
columnsByHole[holes.modelName] = 'modelName';
columnsByHole[holes.hostname] = 'Hostname';
columnsByHole[holes.container] = 'container';
columnsByHole[holes.pod] = 'pod';
columnsByHole[holes.namespace] = 'namespace';

/** @param place of each of the twelve columns in the header */
export const longForm = (columns: readonly string[], place: Readonly<Record<LongColumn, number>>): RowForm => {
  const known = new Set(longColumns.map((name) => place[name]));
  const extras = extraColumns(columns, known);
  const keyed = columns.map((_, at) => at).filter((at) => at !== place.timestamp && at !== place.value);
  const identityOf = (fields: readonly string[]) =>
    Identity.decode({
      metric_name: fields[place.metric_name],
      uuid: fields[place.uuid],
      Hostname: fields[place.Hostname],
    });
  const seriesOf = (identity: t.TypeOf<typeof Identity>, fields: readonly string[]): Series => ({
    metric: identity.metric_name,
    gpuIndex: fields[place.gpu_id]!,
    device: fields[place.device]!,
    uuid: identity.uuid,
    modelName: fields[place.modelName]!,
    hostname: identity.Hostname,
    container: fields[place.container]!,
    pod: fields[place.pod]!,
    namespace: fields[place.namespace]!,
    labels: fields[place.labels_raw]!,
    extra: extras.length === 0 ? noExtra : extras.map(([name, at]) => [name, fields[at]!]),
  });
  const isSame = (series: Series, fields: readonly string[]): boolean =>
    series.uuid === fields[place.uuid] &&
    series.metric === fields[place.metric_name] &&
    series.labels === fields[place.labels_raw] &&
    series.hostname === fields[place.Hostname] &&
    series.gpuIndex === fields[place.gpu_id] &&
    series.device === fields[place.device] &&
    series.modelName === fields[place.modelName] &&
    series.container === fields[place.container] &&
    series.pod === fields[place.pod] &&
    series.namespace === fields[place.namespace] &&
    extras.every(([, at], index) => series.extra[index]![1] === fields[at]);

  return {
    form: 'long',
    columns,
    timeColumn: place.timestamp,
    valueColumn: place.value,
    metricColumn: place.metric_name,
    labelsColumn: place.labels_raw,
    repeatedColumns: columnsByHole.map((column) => place[column]),
    read: (fields, numbers, sink) => {
      const text = fields[place.value]!;
      const value = parseDecimal(text);
      if (value === undefined) return false;
      const hash = hashOf(fields, keyed);
      let number = numbers.find(hash, (series) => isSame(series, fields));
      if (number === undefined) {
        const identity = identityOf(fields);
        if (identity._tag === 'Left') return false;
        number = numbers.add(hash, seriesOf(identity.right, fields));
      }
      sink.event(number, value, valueText(value, text));
      return true;
    },
    reasonsAgainst: (fields) => {
      const row = LongRow.decode(Object.fromEntries(columns.map((name, at) => [name, fields[at]])));
      return row._tag === 'Left' ? reasonsOf(row.left) : [];
    },
  };
};
