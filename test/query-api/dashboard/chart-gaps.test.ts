import assert from 'node:assert/strict';
import { gapsOf } from '../../../query-api/dashboard/browser/chart-gaps.js';

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
});
