import assert from 'node:assert/strict';
import { axisHeight, momentOf, tickTexts } from '../../../query-api/dashboard/browser/time-axis.js';

/** In the time zone of this process, whichever it is, as a browser has its own. */
const at = (year: number, month: number, day: number, hour: number, minute = 0): number =>
  new Date(year, month - 1, day, hour, minute).getTime();

const now = at(2026, 11, 27, 16, 20);

describe('the times below a chart', () => {
  it('are times alone where all of them are of today', () => {
    const texts = tickTexts([at(2026, 11, 27, 16, 10), at(2026, 11, 27, 16, 15)], now);
    assert.deepEqual(texts, ['16:10', '16:15']);
    assert.equal(axisHeight(texts), axisHeight([]));
  });

  it('have the date at the first one of each day, where they are of several', () => {
    const ticks = [at(2026, 11, 26, 18), at(2026, 11, 27, 0), at(2026, 11, 27, 6), at(2026, 11, 27, 12)];
    const texts = tickTexts(ticks, now);
    assert.deepEqual(texts, ['18:00\n26 Nov', '00:00\n27 Nov', '06:00', '12:00']);
    assert.ok(axisHeight(texts) > axisHeight([]), 'there is room for a second line');
  });

  it('have the date once where they are of one other day, and the year where it is another', () => {
    assert.deepEqual(tickTexts([at(2026, 11, 20, 9, 30), at(2026, 11, 20, 9, 35)], now), ['09:30\n20 Nov', '09:35']);
    assert.deepEqual(tickTexts([at(2025, 7, 18, 18), at(2025, 7, 19, 0)], now), [
      '18:00\n18 Jul 2025',
      '00:00\n19 Jul',
    ]);
    assert.deepEqual(tickTexts([at(2025, 12, 31, 18), at(2026, 1, 1, 0)], now), [
      '18:00\n31 Dec 2025',
      '00:00\n1 Jan 2026',
    ]);
  });

  it('are told to the second at the cursor, with as much of the date as tells them apart from today', () => {
    assert.equal(momentOf(at(2026, 11, 27, 9, 5), now), '09:05:00');
    assert.equal(momentOf(at(2026, 11, 26, 9, 5), now), '26 Nov, 09:05:00');
    assert.equal(momentOf(at(2025, 7, 18, 9, 5), now), '18 Jul 2025, 09:05:00');
  });
});
