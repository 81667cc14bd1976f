import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Batch } from '../../../commands/append/batch.js';
import { PieceCost } from '../../../commands/append/piece-cost.js';
import { placement } from '../../../commands/append/placement.js';
import { encodeLoad, planAppends, type Tail } from '../../../commands/append/plan-appends.js';
import { firstCourse } from '../../../commands/append/source-course.js';
import { type ReadBlock } from '../../../commands/source/read-block.js';
import {
  type ClusterId,
  type Hostname,
  type Lane,
  type MetricName,
  type Sequence,
  type SourceId,
} from '../../../domain/ids.js';
import { formatInstant, type Instant } from '../../../domain/instant.js';
import { type Revision } from '../../../domain/revision.js';
import { segmentEncoder } from '../../../domain/segment/encode.js';
import { SeriesList } from '../../../domain/segment/series-list.js';
import { createSubject } from '../../../domain/segment/subject.js';
import { full } from '../../support/full-counts.js';
import { blockOf, coveredBy, rejectedAt, type Row, seriesNumber } from './blocks.js';

const runs = { numRuns: full ? 200 : 2 };
const partitions = 64;
const cluster = 'c' as ClusterId;
const source = '0123456789abcdef0123456789abcdef' as SourceId;
const planning = {
  columns: ['timestamp', 'value'],
  placement: placement(cluster, partitions),
  encode: segmentEncoder(),
};
const tail: Tail = {
  ...{ lane: 0 as Lane, claim: 7n as Revision, batch: 0, prior: undefined },
  heads: Array.from({ length: partitions }, () => 0 as Sequence),
  course: firstCourse({ source, cluster, path: 'a.csv', log_id: 'log' }, { offset: 0, row: 1 }),
};

/** Numbers that nothing can be made smaller of, the same for the same seed (xorshift32, G. Marsaglia, 2003). */
const noise = (seed: number): (() => number) => {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
};

/** Text of so many letters. */
const anyText = (next: () => number, letters: number): string =>
  Array.from({ length: Math.ceil(letters / 6) }, () => next().toString(36).padStart(6, 'z').slice(0, 6)).join('');

interface Fleet {
  readonly seed: number;
  readonly subjects: number;
  readonly metrics: number;
  /** Of the texts of a subject. */
  readonly letters: number;
}

/** Subjects that have nothing in common, with every metric. */
const fleetOf = ({ seed, subjects, metrics, letters }: Fleet): SeriesList => {
  const next = noise(seed);
  const list = new SeriesList();
  for (let metric = 0; metric < metrics; metric++) list.addMetric(anyText(next, 30) as MetricName);
  for (let number = 0; number < subjects; number++) {
    const texts = {
      pod: anyText(next, letters),
      labels: anyText(next, letters),
      hostname: anyText(next, 12) as Hostname,
    };
    const subject = list.addSubject(createSubject({ ...seriesNumber(number), ...texts }));
    for (let metric = 0; metric < metrics; metric++) list.add(metric, subject);
  }
  return list;
};

/** Rows in no order, at a time of its own each, with any double for a value. */
const worstRows = (list: SeriesList, rows: number, next: () => number): readonly Row[] => {
  const double = new DataView(new ArrayBuffer(8));
  return Array.from({ length: rows }, () => {
    double.setUint32(0, next() & 0xbfffffff);
    double.setUint32(4, next());
    const time = (BigInt(next()) << 31n) + BigInt(next());
    const timeText = `${formatInstant(time as Instant)
      .replace('T', ' ')
      .replace(/(\.\d+)?Z$/, '')}.1234567890123+01`.slice(0, 40);
    return { series: next() % list.length, time, timeText, value: double.getFloat64(0) };
  });
};

/** Faster than `blockOf` where each row has a time of its own. */
const blockOfWorst = (series: SeriesList, rows: readonly Row[], from: number, to: number): ReadBlock => ({
  ...blockOf({ series, rows: [], from, to }),
  times: rows.map(({ time, timeText }) => ({ at: time as Instant, text: timeText })),
  seriesAt: Uint32Array.from(rows, (row) => row.series),
  timeAt: Uint32Array.from(rows, (_, at) => at),
  values: Float64Array.from(rows, (row) => row.value),
  rows: rows.length,
});

describe('what pieces cost', () => {
  it('L7: a piece fits one append, whatever is in it', () => {
    const fleet = fc.record({
      seed: fc.integer({ min: 1 }),
      subjects: fc.integer({ min: 1, max: 2_000 }),
      metrics: fc.constantFrom(1, 10, 60),
      letters: fc.constantFrom(0, 60, 180, 700),
    });
    const check = (one: Fleet, rowsOfBlock: number): void => {
      const list = fleetOf(one);
      const next = noise(one.seed);
      const batch = new Batch();
      let at = 0;
      for (let rows = 0; rows < 120_000; rows += rowsOfBlock) {
        // As short as rows can be that say so much, so that it is the rows that count.
        const to = at + Math.min(256 * 1024, rowsOfBlock * 400);
        batch.add(blockOfWorst(list, worstRows(list, rowsOfBlock, next), at, to), () => coveredBy(to), false);
        at = to;
      }
      for (const piece of batch.take(() => coveredBy(at))) {
        const load = encodeLoad({ pieces: [piece], ends: true }, planning);
        assert.equal(planAppends(tail, load, planning, 0n as Instant).length, 1);
      }
    };
    const examples: [Fleet, number][] = [
      [{ seed: 3, subjects: 200, metrics: 10, letters: 100 }, 600],
      [{ seed: 3, subjects: 1_700, metrics: 1, letters: 700 }, 600],
    ];
    fc.assert(fc.property(fleet, fc.constantFrom(20, 600), check), { ...runs, examples });
  });

  const list = fleetOf({ seed: 5, subjects: 10, metrics: 10, letters: 100 });
  const rows = Array.from({ length: 600 }, (_, n): Row => ({ series: n % 100, time: 0n, value: n }));
  const plain = blockOf({ series: list, rows, from: 0, to: 256 * 1024 });

  it('counts rows whose texts the dictionary holds, and text where it might not fit', () => {
    assert.ok(new PieceCost().of(plain) < 64 * 1024);
    const large = fleetOf({ seed: 5, subjects: 3_000, metrics: 10, letters: 100 });
    assert.equal(new PieceCost().of({ ...plain, series: large }), 256 * 1024);
  });

  it('counts the text where something else than numbers is kept of it', () => {
    const cost = new PieceCost();
    const time = { at: 0n as Instant, text: ' '.repeat(41) };
    for (const odd of [{ texts: new Map([[0, '1e0']]) }, { rejected: [rejectedAt(0)] }, { times: [time] }])
      assert.equal(cost.of({ ...plain, ...odd }), 256 * 1024);
  });

  it('follows a dictionary that grows, and one that begins anew', () => {
    const cost = new PieceCost();
    const growing = fleetOf({ seed: 5, subjects: 10, metrics: 10, letters: 100 });
    assert.ok(cost.of({ ...plain, series: growing }) < 64 * 1024);
    for (const subject of fleetOf({ seed: 9, subjects: 3_000, metrics: 1, letters: 100 }).subjects)
      growing.addSubject(subject);
    assert.equal(cost.of({ ...plain, series: growing }), 256 * 1024);
    assert.ok(cost.of(plain) < 64 * 1024);
  });
});
