import assert from 'node:assert/strict';
import { once } from 'node:events';
import { StoreSilent } from '../../domain/document-reader.js';
import { type ClusterId, type Partition } from '../../domain/ids.js';
import { type LogBatch, type LogReader } from '../../domain/log-entry.js';
import { TimeSlices } from '../../query-api/slices/time-slices.js';
import { revision } from '../../domain/revision.js';
import { encodeSegment } from '../../domain/segment/encode.js';
import { type HistoryQuery } from '../../query-api/history/history-query.js';
import { readRecords } from '../../query-api/history/read-records.js';
import { TailPieces } from '../../query-api/history/tail-pieces.js';
import { type TailEntry } from '../../query-api/model/log-tail.js';
import { never } from '../support/never.js';
import { at, segmentOf } from './support/made-rows.js';

const noon = at('2025-01-01T12:00:00Z');
const beyondMemory: TailEntry = {
  partition: 3 as Partition,
  revision: revision('17'),
  key: '/telemetry/log/03/00/000000000002',
  bytes: undefined,
  bounds: { cluster: 'c1' as ClusterId, first: noon, last: noon },
};

const everything: HistoryQuery = {
  ...{ cluster: undefined, hostname: undefined, uuid: undefined, start: undefined, end: undefined },
  ...{ metrics: undefined, order: 'asc', buckets: undefined, after: undefined, limit: 10 },
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
      const [piece] = new TailPieces(unreachable(ending), 20).of([beyondMemory]);
      await assert.rejects(piece!.load(never), (error) => {
        assert.ok(error instanceof StoreSilent);
        assert.match(error.message, /000000000002 did not come within 20 ms/);
        return true;
      });
    });
  }

  it('Q1: a query of another time asks nothing of a store that is out of reach', async () => {
    const pieces = new TailPieces(unreachable('throws'), 20).of([beyondMemory]);
    const query = { ...everything, start: at('2025-01-02T00:00:00Z') };
    assert.deepEqual(await readRecords(pieces, query, new TimeSlices(never)), { records: [], more: false });
  });

  it('is decoded in a turn of its own, once', async () => {
    const bytes = encodeSegment(
      segmentOf('c1', '2025-01-01T12:00:00Z', 1, [{ uuid: 'GPU-a', at: '2025-01-01T12:00:00Z' }]),
    );
    const tail = new TailPieces(unreachable('throws'));
    const [piece] = tail.of([{ ...beyondMemory, bytes }]);
    const loaded = piece!.load(never);
    // Microtasks go on in this turn, however many.
    for (let tick = 0; tick < 100; tick++) await Promise.resolve();
    assert.equal(tail.decodedEvents, 0);
    assert.equal((await loaded)!.values.length, 1);
    assert.equal(await piece!.load(never), await loaded);
    assert.equal(tail.decodedEvents, 1);
  });

  it('a client that leaves ends its query', async () => {
    const [piece] = new TailPieces(unreachable('throws'), 600_000).of([beyondMemory]);
    const client = new AbortController();
    const asked = piece!.load(client.signal);
    client.abort(new Error('the client left'));
    await assert.rejects(asked, /the client left/);
  });
});
