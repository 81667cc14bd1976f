import assert from 'node:assert/strict';
import { once } from 'node:events';
import { walkLog } from '../../../commands/log/walk-log.js';
import { type LogBatch } from '../../../domain/log-entry.js';
import { type Revision } from '../../../domain/revision.js';
import { decodeSegmentHeader } from '../../../domain/segment/decode.js';

/** A log that says nothing any more, so that its listing ends only when it is told to; quietly, as that of etcd does. */
const silentLog = {
  head: () => Promise.resolve(9n as Revision),
  // eslint-disable-next-line require-yield -- a listing that finds nothing
  list: async function* (
    _scope: unknown,
    _from: Revision,
    _to: Revision,
    signal: AbortSignal,
  ): AsyncGenerator<LogBatch> {
    if (!signal.aborted) await once(signal, 'abort');
  },
};

describe('a log whose reading is cut off', () => {
  it('does not pass for a log that was read to its end', async () => {
    const stop = new AbortController();
    const walking = walkLog(silentLog, decodeSegmentHeader, stop.signal).next();
    stop.abort(new Error('told to stop'));
    await assert.rejects(walking, /told to stop/);
  });
});
