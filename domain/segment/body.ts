import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { type DictionaryCache } from './dictionary-cache.js';
import { mostEvents, refuseAbove } from './limits.js';
import { PartReader, PartWriter } from './parts.js';
import { readSeries, type Dictionary } from './read-series.js';
import { readRuns, writeRuns } from './runs.js';
import { type Samples } from './segment.js';
import { writeSeries } from './series-column.js';
import { readStrings, StringTable } from './strings.js';
import { planTexts, readTexts } from './text-column.js';
import { planTimes, readTimes } from './time-column.js';
import { readValues, writeValues } from './value-column.js';
import { valueOrder } from './value-order.js';
import { type WrittenDictionaries, type WrittenDictionary } from './written-dictionaries.js';

/*
 * A body is two blocks: the dictionary, which segment after segment repeats, and the columns of the events.
 * Versioned: change with care. SEGMENT.md is the specification, its test vectors hold every version.
 */

/** @param dictionaries that were written before, of which a block is taken again */
export const writeBody = (out: ByteWriter, samples: Samples, dictionaries?: WrittenDictionaries): void => {
  const { seriesAt, timeAt, values } = samples;
  refuseAbove(values.length, mostEvents, 'events');
  const write = () => writeDictionary(samples);
  const dictionary = dictionaries?.get(samples.numbered, write) ?? write();
  out.varint(dictionary.block.length);
  out.raw(dictionary.block);
  const columns = new PartWriter();
  const strings = new StringTable();
  const writeTimes = planTimes(samples.times, strings);
  const writeTexts = planTexts(samples.texts, values, strings);
  strings.write(columns);
  writeTimes(columns);
  columns.squeezed.varint(values.length);
  writeRuns(columns, seriesAt);
  writeRuns(columns, timeAt);
  writeValues(columns, samples, dictionary);
  writeTexts(columns);
  columns.writeTo(out);
};

const writeDictionary = (samples: Samples): WrittenDictionary => {
  const parts = new PartWriter();
  const metrics = writeSeries(parts, samples);
  const block = new ByteWriter();
  parts.writeTo(block);
  return { ...metrics, block: block.finish() };
};

/** Takes all that remains. Throws Damaged. */
export const readBody = (input: ByteReader, dictionaries?: DictionaryCache): Samples => {
  const block = input.raw(input.varint());
  const { series, metricAt, metrics } = dictionaries?.get(block, readDictionary) ?? readDictionary(block);
  const columns = new PartReader(input);
  const strings = readStrings(columns);
  const times = readTimes(columns, strings);
  const events = columns.squeezed.count(mostEvents, 'events');
  const seriesAt = readRuns(columns, new Uint32Array(events), series.length);
  const timeAt = readRuns(columns, new Uint32Array(events), times.length);
  const values = readValues(columns, valueOrder(seriesAt, metricAt, metrics));
  const texts = readTexts(columns, values, strings);
  columns.end();
  return { series, times, seriesAt, timeAt, values, texts };
};

const readDictionary = (block: Uint8Array): Dictionary => {
  const parts = new PartReader(new ByteReader(block));
  const dictionary = readSeries(parts);
  parts.end();
  return dictionary;
};
