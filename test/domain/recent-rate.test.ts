import assert from 'node:assert/strict';
import { RecentRate } from '../../domain/recent-rate.js';

describe('a recent rate', () => {
  it('is what a total grew by a second, over the last ten seconds alone', () => {
    const rate = new RecentRate(10_000);
    assert.equal(rate.perSecond(0, 100), 0);
    assert.equal(rate.perSecond(1_000, 600), 500);
    assert.equal(rate.perSecond(1_100, 650), 500);
    assert.equal(rate.perSecond(5_000, 600), 100);
    assert.equal(rate.perSecond(11_000, 600), 0);
    assert.equal(rate.perSecond(60_000, 900), 0);
    assert.equal(rate.perSecond(61_000, 910), 10);
  });
});
