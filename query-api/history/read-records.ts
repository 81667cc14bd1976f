import { type Instant } from '../../domain/instant.js';
import { type TimeSlices } from '../slices/time-slices.js';
import { type HistoryQuery } from './history-query.js';
import { inBuckets } from './in-buckets.js';
import { type Piece } from './piece.js';
import { RecordMerge } from './record-merge.js';
import { compareRecords } from './record-order.js';
import { type TelemetryRecord } from './telemetry-record.js';

/** Pieces fetched at once. */
const batchSize = 32;

const inRange = (piece: Piece, { start, end, after, order, buckets }: HistoryQuery): boolean => {
  if ((start !== undefined && piece.last < start) || (end !== undefined && piece.first > end)) return false;
  if (after === undefined) return true;
  const afterEnd = after.at + (buckets?.step ?? 0n);
  return order === 'asc' ? piece.last >= after.at : piece.first <= afterEnd;
};

/** How far the end of a piece that comes first is from the start of the answer. */
export const nearEnd = ({ order }: HistoryQuery): ((piece: Piece) => Instant) =>
  order === 'asc' ? ({ first }) => first : ({ last }) => last;

/** The pieces in which records of the query may be, those nearest to the start of the answer first. */
export const inOrder = (pieces: readonly Piece[], query: HistoryQuery): readonly Piece[] => {
  const near = nearEnd(query);
  const sign = query.order === 'asc' ? 1 : -1;
  return pieces
    .filter((piece) => inRange(piece, query))
    .sort((a, b) => (near(a) === near(b) ? 0 : near(a) < near(b) ? -sign : sign));
};

/** Records that go on in one piece. */
const recordsAtOnce = 100;

/** The records of which some more are wanted only when others have had their turn. */
async function* inSlices(records: readonly TelemetryRecord[], slices: TimeSlices) {
  for (let at = 0; at < records.length; at += recordsAtOnce) {
    await slices.next();
    yield* records.slice(at, at + recordsAtOnce);
  }
}

/** Every record of the query, in order, each put together from all of its pieces. */
async function* merged(pieces: readonly Piece[], query: HistoryQuery, merge: RecordMerge, slices: TimeSlices) {
  const near = nearEnd(query);
  const queue = inOrder(pieces, query);
  for (let at = 0; at < queue.length && merge.needs(near(queue[at]!)); at += batchSize) {
    const batch = queue.slice(at, at + batchSize);
    const loaded = await Promise.all(batch.map((piece) => piece.load(slices.signal)));
    for (const [i, samples] of loaded.entries()) {
      await slices.next();
      if (samples) merge.add(batch[i]!.cluster, batch[i]!.revision, samples);
    }
    const next = queue[at + batchSize];
    if (next) yield* inSlices(merge.take(near(next)), slices);
  }
  yield* inSlices(merge.take(undefined), slices);
}

/**
 * The first `limit` records or buckets behind the cursor, and whether there are more. Reads the pieces nearest to the
 * start of the answer first, and no more of them than it needs.
 *
 * @param slices in which it is read
 * @param merge may hold samples of other pieces already
 */
export const readRecords = async (
  pieces: readonly Piece[],
  query: HistoryQuery,
  slices: TimeSlices,
  merge = new RecordMerge(query),
): Promise<{ readonly records: readonly TelemetryRecord[]; readonly more: boolean }> => {
  const { after, buckets, limit, order } = query;
  const sign = order === 'asc' ? 1 : -1;
  const all = merged(pieces, query, merge, slices);
  const records: TelemetryRecord[] = [];
  for await (const record of buckets ? inBuckets(all, buckets, order) : all) {
    if (after !== undefined && sign * compareRecords(record, after) <= 0) continue;
    if (records.length === limit) return { records, more: true };
    records.push(record);
    merge.shown(1);
  }
  return { records, more: false };
};
