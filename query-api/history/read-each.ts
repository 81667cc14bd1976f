import { setImmediate as breathe } from 'node:timers/promises';
import { type GpuUuid } from '../../domain/ids.js';
import { eventsByGpu } from './events-by-gpu.js';
import { type HistoryQuery } from './history-query.js';
import { type Piece } from './piece.js';
import { readRecords } from './read-records.js';
import { RecordMerge } from './record-merge.js';
import { type TelemetryRecord } from './telemetry-record.js';

/** GPUs whose records are put together at the same time at most, and records that are in the making then. */
const mostTogether = 256;
const mostRecords = 100_000;

/** What the records of many GPUs are put together from. */
export interface PiecesOfMany {
  /** Written chunks, each of one GPU. */
  readonly own: ReadonlyMap<GpuUuid, readonly Piece[]>;
  /** Segments of the tail, each of many GPUs. */
  readonly shared: readonly Piece[];
}

const readSome = async (
  uuids: readonly GpuUuid[],
  { own, shared }: PiecesOfMany,
  query: HistoryQuery,
  signal: AbortSignal,
): Promise<readonly (readonly [GpuUuid, readonly TelemetryRecord[]])[]> => {
  const merges = new Map(uuids.map((uuid) => [uuid, new RecordMerge({ ...query, uuid })]));
  const wanted = new Set(uuids);
  for (const piece of shared) {
    // Thousands of GPUs take seconds; others are answered in between.
    await breathe();
    const samples = await piece.load(signal);
    if (!samples) continue;
    for (const [uuid, events] of eventsByGpu(piece.cluster, samples, wanted))
      merges.get(uuid)?.add(piece.cluster, piece.revision, samples, events);
  }
  const each = [...merges].map(async ([uuid, merge]) => {
    const { records } = await readRecords(own.get(uuid) ?? [], { ...query, uuid }, signal, merge);
    return [uuid, records] as const;
  });
  return Promise.all(each);
};

/**
 * The first records of each of many GPUs. Every piece is read once, whoever it is of.
 *
 * @param count told of records as they come, and may throw when they are too many
 */
export const readEach = async (
  uuids: readonly GpuUuid[],
  pieces: PiecesOfMany,
  query: HistoryQuery,
  count: (records: number) => void,
  signal: AbortSignal,
): Promise<ReadonlyMap<GpuUuid, readonly TelemetryRecord[]>> => {
  const found = new Map<GpuUuid, readonly TelemetryRecord[]>();
  const together = Math.max(1, Math.min(mostTogether, Math.floor(mostRecords / query.limit)));
  for (let at = 0; at < uuids.length; at += together)
    for (const [uuid, records] of await readSome(uuids.slice(at, at + together), pieces, query, signal)) {
      count(records.length);
      found.set(uuid, records);
    }
  return found;
};
