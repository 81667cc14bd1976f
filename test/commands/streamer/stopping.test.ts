import assert from 'node:assert/strict';
import { alsoStoppedBy, stopsFor } from '../../../commands/streamer/stopping.js';
import { never } from '../../support/never.js';

const wrong = new Error('what it read is not there any more');

describe('how a streamer stops', () => {
  it('reads no more when it is told to, and does not abandon what is in flight at once', () => {
    const told = new AbortController();
    const stops = stopsFor(told.signal);
    told.abort();
    assert.deepEqual([stops.stop.aborted, stops.abandon.aborted], [true, false]);
  });

  it('L9: ends at once with the reason when that is one for which nothing may go on', () => {
    for (const reason of [wrong, new Error('another')]) {
      const failed = new AbortController();
      const stops = alsoStoppedBy(stopsFor(never), failed.signal, (why) => why === wrong);
      failed.abort(reason);
      const ends = reason === wrong;
      assert.deepEqual([stops.stop.aborted, stops.abandon.aborted], [ends, ends]);
      if (ends) assert.equal(stops.abandon.reason, wrong);
    }
  });
});
