import { type GpuUuid } from '../../domain/ids.js';
import { type TimeSlices } from '../slices/time-slices.js';
import { type Samples } from '../../domain/segment/segment.js';
import { eventsByGpu } from './events-by-gpu.js';
import { type HistoryQuery } from './history-query.js';
import { type Piece } from './piece.js';
import { inOrder, nearEnd, readRecords } from './read-records.js';
import { RecordMerge } from './record-merge.js';
import { type TelemetryRecord } from './telemetry-record.js';

/** Records in the making at the same time at most, as far as one GPU does not have more. */
const mostRecords = 100_000;
/** Records of one GPU in the making beyond those that are needed, before the needless ones are dropped. */
const slack = 16;

/** What the records of many GPUs are put together from. */
export interface PiecesOfMany {
  /** Written chunks, each of one GPU. */
  readonly own: ReadonlyMap<GpuUuid, readonly Piece[]>;
  /** Segments of the tail, each of many GPUs. */
  readonly shared: readonly Piece[];
}

type Merges = ReadonlyMap<GpuUuid, RecordMerge>;

const addTo = (merges: Merges, { cluster, revision }: Piece, samples: Samples): void => {
  const { order, stretches } = eventsByGpu(cluster, samples);
  for (const [uuid, merge] of merges)
    for (const { device, from, to } of stretches.get(uuid) ?? [])
      merge.addOf(device, revision, samples, order.subarray(from, to));
};

/** Until none of the GPUs needs what comes next. */
const readShared = async (
  shared: readonly Piece[],
  query: HistoryQuery,
  merges: Merges,
  slices: TimeSlices,
): Promise<void> => {
  const near = nearEnd(query);
  for (const piece of inOrder(shared, query)) {
    const needy = new Map([...merges].filter(([, merge]) => merge.needs(near(piece))));
    if (needy.size === 0) return;
    await slices.next();
    const samples = await piece.load(slices.signal);
    if (samples) addTo(needy, piece, samples);
  }
};

const readSome = async (
  uuids: readonly GpuUuid[],
  { own, shared }: PiecesOfMany,
  query: HistoryQuery,
  slices: TimeSlices,
): Promise<readonly (readonly [GpuUuid, readonly TelemetryRecord[]])[]> => {
  const merges = new Map(uuids.map((uuid) => [uuid, new RecordMerge({ ...query, uuid }, slack)]));
  await readShared(shared, query, merges, slices);
  const each = [...merges].map(async ([uuid, merge]) => {
    const { records } = await readRecords(own.get(uuid) ?? [], { ...query, uuid }, slices, merge);
    return [uuid, records] as const;
  });
  return Promise.all(each);
};

/**
 * The first records of each of many GPUs. A piece is read once for as many of them as are put together at a time.
 *
 * @param count told of records as they come, and may throw when they are too many
 * @param slices in which it is read: thousands of GPUs take seconds
 */
export const readEach = async (
  uuids: readonly GpuUuid[],
  pieces: PiecesOfMany,
  query: HistoryQuery,
  count: (records: number) => void,
  slices: TimeSlices,
): Promise<ReadonlyMap<GpuUuid, readonly TelemetryRecord[]>> => {
  const found = new Map<GpuUuid, readonly TelemetryRecord[]>();
  const together = Math.max(1, Math.floor(mostRecords / (2 * query.limit + slack)));
  for (let at = 0; at < uuids.length; at += together)
    for (const [uuid, records] of await readSome(uuids.slice(at, at + together), pieces, query, slices)) {
      count(records.length);
      found.set(uuid, records);
    }
  return found;
};
