import { placesPassing } from './event-filter.js';
import { type CsvForm, extraText, type TextOf, timesOf, valueText } from './csv-rows.js';

const longTexts: Readonly<Record<string, TextOf>> = {
  metric_name: ({ metric }) => metric,
  gpu_id: ({ gpuIndex }) => gpuIndex,
  device: ({ device }) => device,
  uuid: ({ uuid }) => uuid,
  modelName: ({ modelName }) => modelName,
  Hostname: ({ hostname }) => hostname,
  container: ({ container }) => container,
  pod: ({ pod }) => pod,
  namespace: ({ namespace }) => namespace,
  labels_raw: ({ labels }) => labels,
};

/** An event is a row. */
export const longCsv = (columns: readonly string[]): CsvForm => {
  const [timeAt, valueAt] = [columns.indexOf('timestamp'), columns.indexOf('value')];
  const texts = columns.map((name) => (Object.hasOwn(longTexts, name) ? longTexts[name]! : extraText(name)));
  return {
    columns,
    *rows(segment, filter) {
      const { samples } = segment;
      const times = timesOf(segment);
      const common = samples.series.map((series) => texts.map((text) => text(series)));
      for (const place of placesPassing(segment, filter)) {
        const row = [...common[samples.seriesAt[place]!]!];
        row[timeAt] = times[samples.timeAt[place]!]!;
        row[valueAt] = valueText(segment, place);
        yield row;
      }
    },
  };
};
