import assert from 'node:assert/strict';
import { type ReadBlock } from '../../../commands/source/read-block.js';
import { baseByClock, cutEvery, paceOf } from '../../../commands/streamer/pace.js';
import { pacedRestamp, presentRestamp } from '../../../commands/streamer/restamp.js';
import { type Instant, instantOfMillis } from '../../../domain/instant.js';
import { blockOf, dictionaryOf } from '../append/blocks.js';

const seconds = (n: number): bigint => BigInt(Math.round(n * 1e9));
const at = (...times: readonly number[]): ReadBlock =>
  blockOf({
    series: dictionaryOf(1),
    rows: times.map((time) => ({ series: 0, time: seconds(time), timeText: 'as written', value: 1 })),
    from: 0,
    to: 1,
  });
const givenTo = (block: ReadBlock): readonly bigint[] => Array.from(block.timeAt, (time) => block.times[time]!.at);

describe('the pace of a reading', () => {
  it('S5: waits until as much time has gone by as between the observations, divided by the speed', () => {
    const pace = paceOf(2);
    assert.equal(pace.wait(at(100), 5_000), 0);
    assert.equal(pace.wait(at(101), 5_100), 400);
    assert.equal(pace.wait(at(102), 5_500), 500);
    assert.equal(pace.wait(at(103), 9_000), 0);
  });

  it('S5: counts from when the reading began: what its first block took to read makes nothing behind it late', () => {
    const pace = paceOf(1, 1_000);
    assert.equal(pace.wait(at(100), 1_300), 0);
    assert.equal(pace.wait(at(101), 1_350), 650);
  });

  it('S5: rows are due at the present times that they get, however long it took to open their source', () => {
    const base = instantOfMillis(1_700_000_000_000);
    const now = instantOfMillis(1_700_000_000_007);
    assert.equal(baseByClock(base, now, 1_000), 993);
    const pace = paceOf(1, baseByClock(base, now, 1_000));
    assert.equal(pace.wait(at(100), 1_010), 0);
    assert.equal(pace.wait(at(101), 1_020), 973);
    assert.equal(baseByClock((now + 1n) as Instant, now, 1_000), 1_000);
  });

  it('S5: does not hurry for a first row that was waited for', () => {
    const pace = paceOf(1, 1_000);
    assert.equal(pace.wait(at(100), 61_000), 0);
    assert.equal(pace.wait(at(102), 61_000), 1_000);
    assert.equal(pace.wait(at(103), 62_000), 1_000);
  });

  it('S5: does not wait for rows of the past, nor for a block without times', () => {
    const pace = paceOf(1);
    pace.wait(at(100), 0);
    assert.equal(pace.wait(at(50), 10), 0);
    assert.equal(pace.wait(at(), 20), 0);
    assert.equal(pace.wait(at(101), 20), 980);
  });

  it('S5: rests after a pass as long as between its last two observation times', () => {
    const pace = paceOf(10);
    for (const time of [100, 100, 101, 103, 103]) pace.wait(at(time), 0);
    assert.equal(pace.rest(300), 200);
  });

  it('S5: rests no longer than until the next observation would have been due: sending the last ones took a part of it', () => {
    const pace = paceOf(10);
    for (const time of [100, 101, 103]) pace.wait(at(time), 0);
    assert.equal(pace.rest(430), 70);
    assert.equal(pace.rest(600), 0);
    assert.equal(paceOf(10).rest(600), 0);
  });

  it('S5: max never waits, and cuts no blocks', () => {
    assert.equal(paceOf('max').wait(at(1e6), 0), 0);
    assert.equal(paceOf('max').rest(0), 0);
    assert.equal(cutEvery('max'), undefined);
    assert.equal(cutEvery(10), 500_000_000n);
  });
});

describe('restamping', () => {
  const base = instantOfMillis(1_000_000);

  it('S5: base + (time − first time) ÷ speed, without the text of the observed time', () => {
    const restamp = pacedRestamp(base, 0.5);
    assert.deepEqual(givenTo(restamp(at(100, 101, 100))), [base, base + seconds(2), base]);
    assert.deepEqual(givenTo(restamp(at(99, 110.25))), [base - seconds(2), base + seconds(20.5)]);
    assert.ok(restamp(at(120)).times.every(({ text }) => text === undefined));
  });

  it('S5: at max each observation time becomes one present time, later than the one before', () => {
    let now = base - 5n;
    const restamp = presentRestamp(base, () => now as Instant);
    assert.deepEqual(givenTo(restamp(at(100, 101))), [base, base + 1n]);
    now = base + 1_000n;
    assert.deepEqual(givenTo(restamp(at(100, 102, 101))), [base, now, base + 1n]);
    assert.deepEqual(givenTo(restamp(at(90))), [now + 1n]);
  });

  it('leaves everything but the times alone', () => {
    const block = at(1, 2);
    assert.deepEqual({ ...pacedRestamp(base, 1)(block), times: [] }, { ...block, times: [] });
  });
});
