import assert from 'node:assert/strict';
import { once } from 'node:events';
import { listProjections } from '../../../commands/projections/list-projections.js';
import { listWithin, listLagsWithin } from '../../../commands/projections/list-within.js';
import { lagsByCount } from '../../../commands/projections/lags-by-count.js';
import { type LaneReach } from '../../../commands/status/store-status.js';
import { type FoldCheckpoint } from '../../../domain/generation.js';
import { type Partition } from '../../../domain/ids.js';
import { type Instant } from '../../../domain/instant.js';
import { type Revision } from '../../../domain/revision.js';
import { type LogBatch } from '../../../domain/log-entry.js';
import { decodeSegmentHeader } from '../../../domain/segment/decode.js';
import { type SystemSnapshot } from '../../../domain/system-snapshot.js';

const reach = (partition: number, lane: number, first: number, end: number) =>
  ({ partition, lane, first, end }) as LaneReach;
const checkpoint = (segments: number, events: number): FoldCheckpoint => ({ next: 9n as Revision, segments, events });

const snapshot: SystemSnapshot = {
  ...{
    revision: 99n as Revision,
    sources: [],
    plans: [],
    deadLetters: new Map(),
    settledLetters: [],
    trimmed: new Map(),
    collectors: [],
  },
  generations: [
    {
      record: {
        ...{ projection: 'gpu', generation: 2, version: 1, state: 'active', partial: false },
        created_at: 0n as Instant,
      },
      active: true,
      checkpoints: new Map([
        [0 as Partition, checkpoint(7, 700)],
        [1 as Partition, checkpoint(3, 30)],
      ]),
    },
  ],
};

/** A log that says nothing any more: its listing ends when it is told to, quietly, as that of etcd does. */
const silentLog = {
  // eslint-disable-next-line require-yield -- a listing that finds nothing
  async *list(_: unknown, _from: Revision, _to: Revision, signal: AbortSignal): AsyncGenerator<LogBatch> {
    if (!signal.aborted) await once(signal, 'abort');
  },
};

const ports = {
  log: silentLog,
  decodeHeader: decodeSegmentHeader,
  runEndsIn: () => () => true,
  reaches: () => Promise.resolve([reach(0, 0, 0, 8), reach(1, 0, 0, 3)]),
};

describe('a listing of projections that is cut off', () => {
  it('does not pass for one that found nothing more to fold', async () => {
    const stop = new AbortController();
    const listing = listProjections(ports, snapshot, 2, stop.signal);
    stop.abort(new Error('told to stop'));
    await assert.rejects(listing, /told to stop/);
  });

  it('is replaced by a count for those who wait, unless they do not any more', async () => {
    const waiting = new AbortController();
    const [row] = await listWithin(ports, snapshot, 2, waiting.signal, 10);
    assert.deepEqual([row?.lag_segments, row?.partitions_done], [1, 1]);
    const [listed] = await listLagsWithin(ports, snapshot, 2, waiting.signal, 10);
    assert.deepEqual(listed, { row, lags: [1, 0] });
    waiting.abort(new Error('gone'));
    await assert.rejects(listWithin(ports, snapshot, 2, waiting.signal, 10), /gone/);
  });
});

describe('projections by count', () => {
  it('L2: are behind by what the lanes ever held and the checkpoints have not, also when the old end is trimmed', () => {
    const [listed] = lagsByCount(snapshot, [reach(0, 0, 5, 8), reach(0, 3, 0, 2), reach(1, 0, 2, 3)], 2);
    const { lag_segments, events, generation } = listed!.row;
    assert.deepEqual([lag_segments, events, generation], [8 + 2 + 3 - 10, 730, '2']);
  });

  it('are not behind when all is folded', () => {
    const [listed] = lagsByCount(snapshot, [reach(0, 0, 0, 7), reach(1, 0, 3, 3)], 2);
    assert.equal(listed?.row.lag_segments, 0);
  });
});
