import assert from 'node:assert/strict';
import fc from 'fast-check';
import { columnsByPartition } from '../../../commands/append/columns.js';
import { placement } from '../../../commands/append/placement.js';
import { type ReadBlock } from '../../../commands/source/read-block.js';
import { type ClusterId } from '../../../domain/ids.js';
import { partitionOf } from '../../../domain/partitioning.js';
import { type Samples, type Series } from '../../../domain/segment/segment.js';
import { type SubjectSeries } from '../../../domain/segment/subject.js';
import { seriesList, seriesOf } from '../../support/series-list.js';
import { blockOf, dictionaryOf, type Row } from './blocks.js';

const cluster = 'c' as ClusterId;

const row: fc.Arbitrary<Row> = fc.record({
  series: fc.nat(11),
  time: fc.bigInt({ min: 0n, max: 5n }),
  timeText: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }),
  value: fc.double({ noNaN: true }),
  text: fc.option(fc.string(), { nil: undefined }),
});

/** Rows of a columnar form again, each as one text. */
const rowsOf = (
  { times, seriesAt, timeAt, values, texts }: Omit<Samples, 'series'>,
  series: readonly Series[],
): readonly string[] =>
  Array.from(values, (value, i) => {
    const { at, text } = times[timeAt[i]!]!;
    const { uuid } = series[seriesAt[i]!]!;
    return [uuid, String(at), text, Object.is(value, -0) ? '-0' : String(value), texts.get(i)].join('|');
  });

const blockRows = (block: ReadBlock): readonly string[] => rowsOf(block, seriesOf(block.series));

const hostOf = (block: ReadBlock, i: number): ReturnType<typeof partitionOf> =>
  partitionOf(cluster, block.series.at(block.seriesAt[i]!).hostname, 5);

/** Rows by blocks, of a reader that goes on with a new dictionary at a block. */
const readBlocks = (blocks: readonly Parameters<typeof blockOf>[0]['rows'][], startsOver: number) => {
  const [before, after] = [dictionaryOf(12), dictionaryOf(12)];
  const read = blocks.map((rows, i) => blockOf({ series: i < startsOver ? before : after, rows, from: i, to: i + 1 }));
  return { read, before, after };
};

describe('dealing blocks to partitions', () => {
  it('L4, L5: every event goes to the partition of its host, whole and in the order of the source', () => {
    const given = fc.array(fc.array(row, { maxLength: 20 }), { maxLength: 6 });
    fc.assert(
      fc.property(given, fc.nat(6), (blocks, startsOver) => {
        const { read } = readBlocks(blocks, startsOver);
        const dealt = columnsByPartition(read, placement(cluster, 5));
        for (let partition = 0; partition < 5; partition++) {
          const expected = read.flatMap((block) => blockRows(block).filter((_, i) => hostOf(block, i) === partition));
          const samples = dealt.get(partition as never);
          assert.deepEqual(samples === undefined ? [] : rowsOf(samples, samples.series), expected);
          if (samples) assert.deepEqual([...new Set(samples.timeAt)], [...samples.times.keys()]);
        }
      }),
    );
  });

  it('gives each partition dictionaries of its own, with nothing unused and no partition without events', () => {
    const series = dictionaryOf(12);
    const rows = [0, 5, 5, 9].map((number, i) => ({ series: number, time: BigInt(i), value: i }));
    const dealt = columnsByPartition([blockOf({ series, rows, from: 0, to: 9 })], placement(cluster, 5));
    let events = 0;
    for (const samples of dealt.values()) {
      assert.equal(new Set(samples.seriesAt).size, samples.series.length);
      assert.equal(new Set(samples.timeAt).size, samples.times.length);
      assert.ok(samples.values.length > 0);
      events += samples.values.length;
    }
    assert.equal(events, rows.length);
  });

  it('gives batches of the same series the same dictionaries, wherever in their order they begin', () => {
    const series = dictionaryOf(12);
    const from = (first: number) =>
      Array.from({ length: 30 }, (_, i) => ({ series: (first + i) % 12, time: 0n, value: i }));
    const dealt = [0, 7].map((first) => {
      return columnsByPartition([blockOf({ series, rows: from(first), from: 0, to: 9 })], placement(cluster, 5));
    });
    const [one, other] = dealt.map((columns) =>
      [...columns].map(([partition, samples]) => [partition, samples.series]),
    );
    assert.deepEqual(one, other);
  });

  it('L4: deals batches of any size after one another, each in the memory of the one before', () => {
    const series = dictionaryOf(40);
    const places = placement(cluster, 5);
    for (const count of [3, 20_000, 1, 60_000, 7]) {
      const rows = Array.from({ length: count }, (_, i) => ({
        series: (i * 7) % 40,
        time: BigInt(i >> 3),
        value: i / 8,
      }));
      const block = blockOf({ series, rows, from: 0, to: 9 });
      for (const [partition, samples] of columnsByPartition([block], places)) {
        const expected = blockRows(block).filter((_, at) => hostOf(block, at) === partition);
        assert.deepEqual(rowsOf(samples, samples.series), expected);
      }
    }
  });

  it('L4: gives an event that comes alone as it gives it beside a block without events', () => {
    fc.assert(
      fc.property(row, fc.nat(3), (only, before) => {
        const series = dictionaryOf(12);
        const block = blockOf({ series, rows: [only], from: before, to: before + 1 });
        const empty = blockOf({ series, rows: [], from: before + 1, to: before + 2 });
        const plain = (dealt: ReturnType<typeof columnsByPartition>) =>
          [...dealt].map(([partition, samples]) => ({
            partition,
            ...{ series: samples.series, times: samples.times, texts: samples.texts },
            numbers: [...samples.numbered!.numbers],
            metricAt: [...samples.numbered!.metricAt],
            subjectAt: [...samples.numbered!.subjectAt],
            seriesAt: [...samples.seriesAt],
            timeAt: [...samples.timeAt],
            values: [...samples.values],
          }));
        const alone = plain(columnsByPartition([block], placement(cluster, 5)));
        assert.deepEqual(alone, plain(columnsByPartition([block, empty], placement(cluster, 5))));
        assert.equal(alone.length, 1);
      }),
    );
  });

  it('L4: numbers the series of each partition by the dictionary that they come from, if it is one', () => {
    const given = fc.array(fc.array(row, { maxLength: 20 }), { maxLength: 6 });
    fc.assert(
      fc.property(given, fc.nat(6), (blocks, startsOver) => {
        const { read, before, after } = readBlocks(blocks, startsOver);
        for (const samples of columnsByPartition(read, placement(cluster, 5)).values()) {
          const { numbered } = samples;
          const series = samples.series as readonly SubjectSeries[];
          const lists = [before, after].filter((list) => series.some(({ subject }) => list.subjects.includes(subject)));
          assert.equal(numbered?.list, lists.length === 1 ? lists[0] : undefined);
          if (numbered === undefined) continue;
          const { list, numbers, metricAt, subjectAt } = numbered;
          const { metrics, subjects } = list;
          assert.deepEqual(
            Array.from(numbers, (number) => lists[0]!.at(number)),
            series,
          );
          assert.deepEqual(
            Array.from(metricAt, (number) => metrics[number]),
            series.map(({ metric }) => metric),
          );
          assert.deepEqual(
            Array.from(subjectAt, (number) => subjects[number]),
            series.map(({ subject }) => subject),
          );
        }
      }),
    );
  });

  it('follows a dictionary that grows between blocks and batches', () => {
    const series = dictionaryOf(2);
    const places = placement(cluster, 5);
    const first = blockOf({ series, rows: [{ series: 1, time: 0n, value: 1 }], from: 0, to: 1 });
    columnsByPartition([first], places);
    seriesList(seriesOf(dictionaryOf(12)).slice(2), series);
    const second = blockOf({ series, rows: [{ series: 11, time: 0n, value: 2 }], from: 1, to: 2 });
    const dealt = columnsByPartition([second], places);
    assert.equal(dealt.size, 1);
    assert.deepEqual(dealt.get(partitionOf(cluster, series.at(11).hostname, 5))?.series, [series.at(11)]);
  });
});
