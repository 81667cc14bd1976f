import { type ByteReader } from './byte-reader.js';
import { type ByteWriter } from './byte-writer.js';
import { mostEvents, refuseAbove } from './limits.js';
import { PartReader, PartWriter } from './parts.js';
import { readRuns, writeRuns } from './runs.js';
import { type Samples } from './segment.js';
import { planSeries, readSeries } from './series-column.js';
import { readStrings, StringTable } from './strings.js';
import { planTexts, readTexts } from './text-column.js';
import { planTimes, readTimes } from './time-column.js';
import { readValues, writeValues } from './value-column.js';
import { valueOrder } from './value-order.js';

/** Versioned: change with care. SEGMENT.md is the specification, its test vectors hold every version. */
export const writeBody = (out: ByteWriter, samples: Samples): void => {
  const { seriesAt, timeAt, values } = samples;
  refuseAbove(values.length, mostEvents, 'events');
  const strings = new StringTable();
  const series = planSeries(samples.series, strings);
  const writeTimes = planTimes(samples.times, strings);
  const writeTexts = planTexts(samples.texts, values, strings);
  const parts = new PartWriter();
  strings.write(parts);
  series.write(parts);
  writeTimes(parts);
  parts.squeezed.varint(values.length);
  writeRuns(parts, seriesAt);
  writeRuns(parts, timeAt);
  writeValues(parts, values, valueOrder(seriesAt, series.metricAt, series.metrics));
  writeTexts(parts);
  parts.writeTo(out);
};

/** Takes all that remains. Throws Damaged. */
export const readBody = (input: ByteReader): Samples => {
  const parts = new PartReader(input);
  const strings = readStrings(parts);
  const { series, metricAt, metrics } = readSeries(parts, strings);
  const times = readTimes(parts, strings);
  const events = parts.squeezed.count(mostEvents, 'events');
  const seriesAt = readRuns(parts, new Uint32Array(events), series.length);
  const timeAt = readRuns(parts, new Uint32Array(events), times.length);
  const values = readValues(parts, valueOrder(seriesAt, metricAt, metrics));
  const texts = readTexts(parts, values, strings);
  parts.end();
  return { series, times, seriesAt, timeAt, values, texts };
};
