import assert from 'node:assert/strict';
import { TimeSlices } from '../../query-api/slices/time-slices.js';
import { type Revision } from '../../domain/revision.js';
import { type Samples } from '../../domain/segment/segment.js';
import { type HistoryQuery } from '../../query-api/history/history-query.js';
import { type Piece } from '../../query-api/history/piece.js';
import { readRecords } from '../../query-api/history/read-records.js';
import { boundsOf } from '../../query-api/model/segment-bounds.js';
import { never } from '../support/never.js';
import { busyFor } from './support/busy-for.js';
import { segmentOf } from './support/made-rows.js';

const second = (n: number): string => new Date(Date.UTC(2025, 0, 1, 0, 0, n)).toISOString();

const query = (limit: number): HistoryQuery => ({
  ...{ cluster: undefined, hostname: undefined, uuid: undefined, start: undefined, end: undefined },
  ...{ metrics: undefined, buckets: undefined, after: undefined, order: 'asc', limit },
});

/** Pieces of one second each, which take a whole turn to be looked through. */
const longPieces = (count: number, lookedAt: (n: number) => void): readonly Piece[] =>
  Array.from({ length: count }, (_, n) => {
    const segment = segmentOf('c1', second(n), n, [{ uuid: 'GPU-a', at: second(n) }]);
    const samples: Samples = {
      ...segment.samples,
      get series() {
        lookedAt(n);
        busyFor(6);
        return segment.samples.series;
      },
    };
    return { ...boundsOf(segment)!, revision: BigInt(n + 1) as Revision, load: () => Promise.resolve(samples) };
  });

describe('the records of a query', () => {
  it('are put together piece by piece, and others have their turn in between', async () => {
    const looks = new Set<number>();
    const between = new Set<number>();
    const found = readRecords(
      longPieces(8, (n) => looks.add(n)),
      query(100),
      new TimeSlices(never),
    );
    let over = false;
    const other = (): void => {
      between.add(looks.size);
      if (!over) setImmediate(other);
    };
    setImmediate(other);
    assert.equal((await found).records.length, 8);
    over = true;
    assert.deepEqual([...between].sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8].slice(0, between.size));
    assert.ok(between.size >= 8, `others had their turn after ${[...between].join(', ')} pieces`);
  });

  it('are put together no further when the client is gone', async () => {
    const gone = new AbortController();
    const looks = new Set<number>();
    const pieces = longPieces(8, (n) => {
      looks.add(n);
      if (n === 2) gone.abort(new Error('nobody is there'));
    });
    await assert.rejects(readRecords(pieces, query(100), new TimeSlices(gone.signal)), /nobody is there/);
    assert.deepEqual([...looks], [0, 1, 2]);
  });
});
