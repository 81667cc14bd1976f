import assert from 'node:assert/strict';
import { summaryOf } from './import-once.js';

describe('the benchmark of imports', () => {
  it('takes its time from outside of the process: what the streamer says of its own begins later', () => {
    const said = JSON.stringify({ ok: true, rows: 10, events: 9, bytes: 1_000, seconds: 0.1 });
    assert.deepEqual({ seconds: 0.3, ...summaryOf(said) }, { seconds: 0.3, events: 9, bytes: 1_000 });
  });
});
