import assert from 'node:assert/strict';
import { dotsOf, gapsOf } from '../../../query-api/dashboard/browser/chart-gaps.js';

const everySecond = (from: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, i) => from + i);

const ones = (times: readonly number[]): readonly number[] => times.map(() => 1);

describe('a line of a chart', () => {
  it('has a gap where nothing was observed, and none where every sample is', () => {
    const times = [...everySecond(0, 10), ...everySecond(40, 10)];
    assert.deepEqual(gapsOf(times, ones(times)), [[9, 40]]);
    assert.deepEqual(gapsOf(everySecond(0, 50), ones(everySecond(0, 50))), []);
  });

  it('has none where a coarse past meets a fine present, or where a sample or two are late', () => {
    const past = [0, 120, 240, 360];
    const times = [...past, ...everySecond(470, 20)];
    assert.deepEqual(gapsOf(times, ones(times)), []);
    const late = [0, 10, 20, 40, 50, 80, 90];
    assert.deepEqual(gapsOf(late, ones(late)), []);
  });

  it('has gaps of its own: others may have values where it has none, and the other way around', () => {
    const times = everySecond(0, 30);
    const everyFifth = times.map((time) => (time % 5 === 0 ? 1 : null));
    assert.deepEqual(gapsOf(times, everyFifth), []);
    const silent = times.map((time) => (time > 7 && time < 20 ? null : 1));
    assert.deepEqual(gapsOf(times, silent), [[7, 20]]);
  });

  it('has a gap before a sample that is alone at its end, or behind one at its beginning', () => {
    const times = [0, ...everySecond(60, 10), 200];
    assert.deepEqual(gapsOf(times, ones(times)), [
      [0, 60],
      [69, 200],
    ]);
    const slower = [0, 60, 120, 124, 184];
    assert.deepEqual(gapsOf(slower, ones(slower)), [], 'the newest sample comes between two of the past');
  });

  it('has two around a sample that is alone between them', () => {
    const times = [...everySecond(0, 10), 40, ...everySecond(80, 10)];
    assert.deepEqual(gapsOf(times, ones(times)), [
      [9, 40],
      [40, 80],
    ]);
    assert.deepEqual(dotsOf(times, ones(times), 5), [10]);
  });

  it('has a dot for each piece that is too short to be seen, and for no other', () => {
    const times = [0, ...everySecond(60, 10), 200];
    assert.deepEqual(dotsOf(times, ones(times), 5), [0, 11]);
    assert.deepEqual(dotsOf(times, ones(times), 10), [0, 10, 11]);
    assert.deepEqual(dotsOf([7], [1], 5), [0]);
    assert.deepEqual(dotsOf([3, 7, 9], [1, null, null], 5), [0]);
    assert.deepEqual(dotsOf([3, 7], [1, 1], 5), [1]);
    assert.deepEqual(dotsOf([], [], 5), []);
  });
});
