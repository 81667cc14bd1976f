import assert from 'node:assert/strict';
import { once } from 'node:events';
import { StoreSilent } from '../../domain/document-reader.js';
import { type Partition } from '../../domain/ids.js';
import { type LogBatch, type LogReader } from '../../domain/log-entry.js';
import { revision } from '../../domain/revision.js';
import { TailPieces } from '../../query-api/history/tail-pieces.js';
import { type TailEntry } from '../../query-api/model/log-tail.js';
import { never } from '../support/never.js';

const beyondMemory: TailEntry = {
  partition: 3 as Partition,
  revision: revision('17'),
  key: '/telemetry/log/03/00/000000000002',
  bytes: undefined,
};

/** A log whose store is out of reach: it goes on asking until it is told to stop, as the real one does. */
const unreachable = (ending: 'ends' | 'throws'): Pick<LogReader, 'list'> => ({
  async *list(_scope, _from, through, signal): AsyncGenerator<LogBatch> {
    await once(signal, 'abort');
    if (ending === 'throws') signal.throwIfAborted();
    yield { entries: [], through, live: true };
  },
});

describe('the tail of the log beyond memory', () => {
  for (const ending of ['ends', 'throws'] as const) {
    it(`Q3: a query is told that the store is silent instead of hanging, when its listing ${ending}`, async () => {
      const pieces = new TailPieces(unreachable(ending), 20);
      await assert.rejects(pieces.of([beyondMemory], never), (error) => {
        assert.ok(error instanceof StoreSilent);
        assert.match(error.message, /000000000002 did not come within 20 ms/);
        return true;
      });
    });
  }

  it('a client that leaves ends its query', async () => {
    const pieces = new TailPieces(unreachable('throws'), 600_000);
    const client = new AbortController();
    const asked = pieces.of([beyondMemory], client.signal);
    client.abort(new Error('the client left'));
    await assert.rejects(asked, /the client left/);
  });
});
