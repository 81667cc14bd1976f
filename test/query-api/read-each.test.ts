import assert from 'node:assert/strict';
import { type GpuUuid, type Hostname, type Partition } from '../../domain/ids.js';
import { TimeSlices } from '../../query-api/slices/time-slices.js';
import { type Revision } from '../../domain/revision.js';
import { byPartitions } from '../../query-api/history/by-partitions.js';
import { type HistoryQuery } from '../../query-api/history/history-query.js';
import { type Piece } from '../../query-api/history/piece.js';
import { readEach } from '../../query-api/history/read-each.js';
import { boundsOf } from '../../query-api/model/segment-bounds.js';
import { never } from '../support/never.js';
import { type Row, segmentOf } from './support/made-rows.js';

const [a, b, c] = ['GPU-a', 'GPU-b', 'GPU-c'].map((uuid) => uuid as GpuUuid) as [GpuUuid, GpuUuid, GpuUuid];
const second = (n: number): string => new Date(Date.UTC(2025, 0, 1, 0, 0, n)).toISOString();

const query = (limit: number, order: 'asc' | 'desc' = 'asc'): HistoryQuery => ({
  ...{ cluster: undefined, hostname: undefined, uuid: undefined, start: undefined, end: undefined },
  ...{ metrics: undefined, buckets: undefined, after: undefined, order, limit },
});

/** Segments of the log, and which of them have been read. */
const segments = (each: readonly (readonly Row[])[]) => {
  const read: number[] = [];
  const shared = each.map((rows, n): Piece => {
    const segment = segmentOf('c1', second(n), n, rows);
    const load = () => Promise.resolve((read.push(n), segment.samples));
    return { ...boundsOf(segment)!, revision: BigInt(n + 1) as Revision, load };
  });
  return { read, shared };
};

const times = async (uuids: readonly GpuUuid[], shared: readonly Piece[], asked: HistoryQuery) => {
  const found = await readEach(uuids, { own: new Map(), shared }, asked, () => undefined, new TimeSlices(never));
  return uuids.map((uuid) => found.get(uuid)!.map(({ at }) => Number(at / 1_000_000_000n) % 86_400));
};

/** So many seconds in each segment, of these GPUs. */
const seconds = (count: number, each: number, uuids: readonly GpuUuid[]): readonly (readonly Row[])[] =>
  Array.from({ length: count }, (_, n) =>
    uuids.flatMap((uuid) => Array.from({ length: each }, (_, k) => ({ uuid, at: second(n * each + k) }))),
  );

describe('the first records of each of many GPUs', () => {
  it('are found in the segments that they need, and no other is read', async () => {
    const { read, shared } = segments(seconds(8, 50, [a, b]));
    assert.deepEqual(await times([a, b], shared, query(2)), [
      [0, 1],
      [0, 1],
    ]);
    assert.deepEqual(read, [0]);
    read.length = 0;
    assert.deepEqual(await times([a, b], shared, query(2, 'desc')), [
      [399, 398],
      [399, 398],
    ]);
    assert.deepEqual(read, [7]);
  });

  it('are looked for to the end where one of them has few', async () => {
    const few = [...seconds(3, 50, [a]), [{ uuid: b, at: second(500) }]];
    const { read, shared } = segments(few);
    assert.deepEqual(await times([a, b, c], shared, query(1)), [[0], [500], []]);
    assert.deepEqual(read, [0, 1, 2, 3]);
  });

  it('come from all hosts that a GPU was on, the later sample of a time counting', async () => {
    const { shared } = segments([
      [
        { uuid: a, at: second(1), host: 'host-1', value: 1 },
        { uuid: a, at: second(2), host: 'host-2', value: 2 },
        { uuid: a, at: second(1), host: 'host-1', metric: 'DCGM_FI_DEV_GPU_TEMP', value: 3 },
      ],
      [{ uuid: a, at: second(1), host: 'host-1', value: 4 }],
    ]);
    const found = await readEach([a], { own: new Map(), shared }, query(10), () => undefined, new TimeSlices(never));
    assert.deepEqual(
      found.get(a)!.map(({ hostname, values }) => [hostname, Object.fromEntries(values)]),
      [
        ['host-1' as Hostname, { DCGM_FI_DEV_GPU_UTIL: 4, DCGM_FI_DEV_GPU_TEMP: 3 }],
        ['host-2' as Hostname, { DCGM_FI_DEV_GPU_UTIL: 2 }],
      ],
    );
  });

  it('are looked for in the partitions of their GPU only', () => {
    const homes = new Map<GpuUuid, number[]>([
      [a, [3]],
      [b, [3, 3]],
      [c, [7, 3]],
    ]);
    const groups = byPartitions([a, b, c, a], (uuid) => homes.get(uuid)! as Partition[]);
    assert.deepEqual(groups, [
      { uuids: [a, b], partitions: [3] },
      { uuids: [c], partitions: [3, 7] },
    ]);
  });
});
