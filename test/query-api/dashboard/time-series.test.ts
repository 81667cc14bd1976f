import assert from 'node:assert/strict';
import fc from 'fast-check';
import { TimeSeries } from '../../../query-api/dashboard/browser/time-series.js';

const points = fc.array(
  fc.record({ line: fc.integer({ min: 0, max: 2 }), time: fc.integer({ min: 0, max: 30 }), value: fc.integer() }),
);

describe('the series of a chart', () => {
  it('hold every value once at its time, in whatever order and portions they came', () => {
    fc.assert(
      fc.property(fc.array(points), (portions) => {
        const series = new TimeSeries(3);
        const expected = new Map<number, (number | null)[]>();
        for (const portion of portions) {
          for (const { line, time, value } of portion) series.add(line, time, value);
          series.from(-1);
          for (const { line, time, value } of portion) {
            const at = expected.get(time) ?? [null, null, null];
            expected.set(time, at);
            at[line] = value;
          }
        }
        const { times, lines } = series.from(-1);
        const inOrder = [...expected].sort(([a], [b]) => a - b);
        assert.deepEqual(
          times,
          inOrder.map(([time]) => time),
        );
        [0, 1, 2].forEach((line) =>
          assert.deepEqual(
            lines[line],
            inOrder.map(([, at]) => at[line]),
          ),
        );
      }),
    );
  });

  it('forget what is older than what is shown, and take lines that come later', () => {
    const series = new TimeSeries(1);
    for (const time of [1, 2, 3]) series.add(0, time, time * 10);
    assert.deepEqual(series.from(2), { times: [2, 3], lines: [[20, 30]] });
    series.grow(2);
    series.add(1, 3, 7);
    series.add(1, 4, 8);
    assert.deepEqual(series.from(3), {
      times: [3, 4],
      lines: [
        [30, null],
        [7, 8],
      ],
    });
    assert.deepEqual(series.from(5).times, []);
  });
});
