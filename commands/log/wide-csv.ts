import { metricOfColumn, type WideColumn, wideColumnOf } from '../source/wide-form.js';
import { placesPassing } from './event-filter.js';
import { type CsvForm, extraText, type TextOf, timesOf, valueText } from './csv-rows.js';

/** The columns beyond those of the wide form and of metrics. */
export const wideExtras = (columns: readonly string[]): readonly string[] =>
  columns.filter((name) => wideColumnOf(name) === undefined && metricOfColumn(name) === undefined);

const wideTexts: Readonly<Record<Exclude<WideColumn, 'timestamp'>, TextOf>> = {
  uuid: ({ uuid }) => uuid,
  hostname: ({ hostname }) => hostname,
  gpu_id: ({ gpuIndex }) => gpuIndex,
  device: ({ device }) => device,
  model_name: ({ modelName }) => modelName,
  container: ({ container }) => container,
  pod: ({ pod }) => pod,
  namespace: ({ namespace }) => namespace,
  labels_raw: ({ labels }) => labels,
};

/**
 * Events that follow one another are a row again as long as they tell of one GPU at one time and their metrics come in
 * the order of the columns, which is how the rows became events. Two rows of a GPU and a time, the second of which has
 * values only behind the last of the first, so come back as one: no value is lost, and no reader can tell.
 */
export const wideCsv = (columns: readonly string[]): CsvForm => {
  const textOf = (name: string): TextOf | undefined => {
    const column = wideColumnOf(name);
    if (column === 'timestamp') return undefined;
    if (column !== undefined) return wideTexts[column];
    return metricOfColumn(name) === undefined ? extraText(name) : undefined;
  };
  const texts = columns.map(textOf);
  const timeAt = columns.findIndex((name) => wideColumnOf(name) === 'timestamp');
  const metricAt = new Map(columns.map((name, at) => [wideColumnOf(name) ? undefined : metricOfColumn(name), at]));
  return {
    columns,
    *rows(segment, filter) {
      const { samples } = segment;
      const times = timesOf(segment);
      const common = samples.series.map((series) => texts.map((text) => text?.(series) ?? ''));
      const subjects = common.map((cells) => JSON.stringify(cells));
      let open: { readonly row: string[]; readonly subject: string; readonly time: number; last: number } | undefined;
      for (const place of placesPassing(segment, filter)) {
        const series = samples.seriesAt[place]!;
        const time = samples.timeAt[place]!;
        const at = metricAt.get(samples.series[series]!.metric)!;
        if (open?.subject !== subjects[series] || open?.time !== time || at <= open.last) {
          if (open !== undefined) yield open.row;
          open = { row: [...common[series]!], subject: subjects[series]!, time, last: -1 };
          open.row[timeAt] = times[time]!;
        }
        open.row[at] = valueText(segment, place);
        open.last = at;
      }
      if (open !== undefined) yield open.row;
    },
  };
};
