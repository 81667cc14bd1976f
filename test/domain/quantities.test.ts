import assert from 'node:assert/strict';
import { counted, lasting, mebibytes, percent, plural, runsOf } from '../../domain/quantities.js';

describe('quantities for people', () => {
  it('have their thousands apart, and a unit that agrees', () => {
    assert.deepEqual([0, 999, 1_000, 1_234_567].map(counted), ['0', '999', '1,000', '1,234,567']);
    assert.deepEqual([plural(1, 'row'), plural(2_470, 'row')], ['1 row', '2,470 rows']);
    assert.deepEqual([plural(1, 'was', 'were'), plural(0, 'was', 'were')], ['1 was', '0 were']);
    assert.deepEqual([mebibytes(2 ** 21), percent(1, 3)], ['2.0 MiB', '33 %']);
  });

  it('tell a time by its two largest units', () => {
    const times = [0, 59.9, 60, 3_599, 3_600, 90_061].map(lasting);
    assert.deepEqual(times, ['0 s', '59 s', '1 min 0 s', '59 min 59 s', '1 h 0 min', '1 d 1 h']);
  });

  it('draw runs of numbers together', () => {
    assert.equal(runsOf([7, 0, 1, 2, 9, 10]), '0–2, 7, 9–10');
    assert.equal(runsOf([]), '');
  });
});
