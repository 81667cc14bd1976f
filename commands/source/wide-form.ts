import * as t from 'io-ts';
import { type MetricName } from '../../domain/ids.js';
import { metricOfField } from '../../domain/metrics.js';
import { type Series } from '../../domain/segment/segment.js';
import { parseDecimal } from './decimal.js';
import { boundedReasons, reasonsOf, shown } from './reasons.js';
import { cells, extraColumns, hashOf, noExtra, type RowForm, valueText } from './row-form.js';

/** The columns of a wide row that say what was observed, with the spellings that are understood. */
const wideColumns = {
  timestamp: ['timestamp'],
  uuid: ['uuid'],
  hostname: ['hostname', 'Hostname'],
  gpu_id: ['gpu_id'],
  device: ['device'],
  model_name: ['model_name', 'modelName'],
  container: ['container'],
  pod: ['pod'],
  namespace: ['namespace'],
  labels_raw: ['labels_raw'],
} as const;
export type WideColumn = keyof typeof wideColumns;

const byName = new Map<string, WideColumn>(
  Object.entries(wideColumns).flatMap(([column, names]) => names.map((name) => [name, column as WideColumn] as const)),
);

/** Which of them a column of this name is; undefined for a metric, or what is extra. */
export const wideColumnOf = (name: string): WideColumn | undefined => byName.get(name);

export const requiredWideColumns = ['timestamp', 'uuid', 'hostname', 'gpu_id'] as const;

/** A DCGM name, or one of our fields' names, is a column of values. */
export const metricOfColumn = (name: string): MetricName | undefined =>
  metricOfField(name)?.metric ?? (/^DCGM_\w{1,250}$/.test(name) ? (name as MetricName) : undefined);

export interface MetricColumn {
  readonly name: string;
  readonly metric: MetricName;
  readonly at: number;
}

const WideRow = t.type({ timestamp: cells.time, uuid: cells.uuid, hostname: cells.hostname });
const noValue = 'no metric column has a value: nothing was sampled';

/** @param place of the columns that the header has */
export const wideForm = (
  columns: readonly string[],
  place: Readonly<Partial<Record<WideColumn, number>> & Record<(typeof requiredWideColumns)[number], number>>,
  metrics: readonly MetricColumn[],
): RowForm => {
  const metricPlaces = new Set(metrics.map(({ at }) => at));
  const extras = extraColumns(columns, new Set([...Object.values(place), ...metricPlaces]));
  const keyed = columns.map((_, at) => at).filter((at) => at !== place.timestamp && !metricPlaces.has(at));
  const textAt = (fields: readonly string[], at: number | undefined): string => (at === undefined ? '' : fields[at]!);

  const identityOf = (fields: readonly string[]) =>
    WideRow.decode({
      timestamp: fields[place.timestamp],
      uuid: fields[place.uuid],
      hostname: fields[place.hostname],
    });
  const seriesOf = (row: t.TypeOf<typeof WideRow>, fields: readonly string[], metric: MetricName): Series => ({
    metric,
    gpuIndex: fields[place.gpu_id]!,
    device: textAt(fields, place.device),
    uuid: row.uuid,
    modelName: textAt(fields, place.model_name),
    hostname: row.hostname,
    container: textAt(fields, place.container),
    pod: textAt(fields, place.pod),
    namespace: textAt(fields, place.namespace),
    labels: textAt(fields, place.labels_raw),
    extra: extras.length === 0 ? noExtra : extras.map(([name, at]) => [name, fields[at]!]),
  });
  const isSame = (series: Series, fields: readonly string[]): boolean =>
    series.uuid === fields[place.uuid] &&
    series.hostname === fields[place.hostname] &&
    series.gpuIndex === fields[place.gpu_id] &&
    series.device === textAt(fields, place.device) &&
    series.modelName === textAt(fields, place.model_name) &&
    series.container === textAt(fields, place.container) &&
    series.pod === textAt(fields, place.pod) &&
    series.namespace === textAt(fields, place.namespace) &&
    series.labels === textAt(fields, place.labels_raw) &&
    extras.every(([, at], index) => series.extra[index]![1] === fields[at]);
  const badCells = (fields: readonly string[]): readonly MetricColumn[] =>
    metrics.filter(({ at }) => fields[at] !== '' && parseDecimal(fields[at]!) === undefined);

  return {
    form: 'wide',
    columns,
    timeColumn: place.timestamp,
    valueColumn: undefined,
    read: (fields, numbers, sink) => {
      const row = identityOf(fields);
      const sampled = metrics.filter(({ at }) => fields[at] !== '');
      if (row._tag === 'Left' || sampled.length === 0 || badCells(fields).length > 0) return false;
      const hash = hashOf(fields, keyed);
      for (const { metric, at } of sampled) {
        const text = fields[at]!;
        // The column tells the metrics of one GPU apart, so that they do not share a hash.
        const own = Math.imul(hash ^ at, 0x01000193);
        const known = numbers.find(own, (series) => series.metric === metric && isSame(series, fields));
        const number = known ?? numbers.add(own, seriesOf(row.right, fields, metric));
        const value = parseDecimal(text)!;
        sink.event(number, value, valueText(value, text));
      }
      return true;
    },
    reasonsAgainst: (fields) => {
      const row = identityOf(fields);
      const identity = row._tag === 'Left' ? reasonsOf(row.left) : [];
      const bad = badCells(fields).map(
        ({ name, at }) => `${name} is ${shown(fields[at])}; accepted: ${cells.value.name}, or nothing`,
      );
      const none = metrics.every(({ at }) => fields[at] === '') ? [noValue] : [];
      return boundedReasons([...identity, ...bad, ...none]);
    },
  };
};
