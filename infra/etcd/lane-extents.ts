import { type Etcd3, type IRangeRequest } from 'etcd3';
import { type Partition, type Sequence } from '../../domain/ids.js';
import { type Revision } from '../../domain/revision.js';
import { type Keys } from './keys.js';
import { type LaneOfPartition, lanesOf } from './lane-frontier.js';
import { type ReadOptions } from './range.js';
import { readTogether } from './read-together.js';
import { segmentRevisions } from './segment-revisions.js';

/** The segments of a lane at one revision: from `first`, inclusive, to `end`, exclusive. None when they are equal. */
export interface LaneExtent extends LaneOfPartition {
  readonly first: Sequence;
  readonly end: Sequence;
}

export interface ExtentOptions extends ReadOptions {
  /** Where to look from in a lane, so that a hole before it does not matter; from the beginning by default. */
  readonly from?: (lane: LaneOfPartition) => Sequence;
}

/**
 * The extents of lanes, at `at` or else as they are now (all at one revision when they are at most 128). A lane is
 * dense, so its end is its first key plus the count, and etcd answers both from its index with one read of one key.
 */
export const laneExtents = async (
  client: Etcd3,
  keys: Keys,
  lanes: readonly LaneOfPartition[],
  signal: AbortSignal,
  options: ExtentOptions = {},
): Promise<readonly LaneExtent[]> => (await readExtents(client, keys, lanes, signal, options)).extents;

/** As {@link laneExtents}, with a revision that all of them hold at: etcd's when the first of them was read. */
export const readExtents = async (
  client: Etcd3,
  keys: Keys,
  lanes: readonly LaneOfPartition[],
  signal: AbortSignal,
  { at, from = () => 0 as Sequence, ...patience }: ExtentOptions = {},
): Promise<{ readonly extents: readonly LaneExtent[]; readonly revision: Revision }> => {
  const requests = lanes.map((lane): IRangeRequest => {
    const start = keys.segment({ ...lane, sequence: from(lane) });
    const { end } = keys.logOfLane(lane.partition, lane.lane);
    const pinned = at === undefined ? {} : { revision: String(at) };
    return { key: Buffer.from(start), range_end: Buffer.from(end), limit: 1, keys_only: true, ...pinned };
  });
  const { replies, revision } = await readTogether(client, requests, signal, patience);
  const extents = lanes.map((lane, i) => {
    const { kvs, count } = replies[i]!;
    const place = kvs[0] && keys.parseSegment(kvs[0].key.toString('utf8'));
    if (kvs[0] && !place) throw new Error(`${kvs[0].key.toString('utf8')} stands in the log and is no segment's key`);
    const first = place?.sequence ?? from(lane);
    return { ...lane, first, end: (first + Number(count)) as Sequence };
  });
  return { extents, revision };
};

/** The revisions of the newest segments of lanes that are not empty. @throws Error when one is missing (promise L2) */
export const newestRevisions = (
  client: Etcd3,
  keys: Keys,
  lanes: readonly LaneExtent[],
  signal: AbortSignal,
  at: Revision,
): Promise<readonly Revision[]> => {
  const newest = lanes.map(({ end, ...lane }) => keys.segment({ ...lane, sequence: (end - 1) as Sequence }));
  return segmentRevisions(client, newest, at, signal);
};

/** How far the lanes of a log's partitions reach at a revision. */
export const laneReaches =
  (client: Etcd3, keys: Keys) =>
  (partitions: number, at: Revision, signal: AbortSignal): Promise<readonly LaneExtent[]> =>
    laneExtents(client, keys, lanesOf(partitionsOf(partitions)), signal, { at });

/** The partitions of a log that has so many. */
export const partitionsOf = (count: number): readonly Partition[] =>
  Array.from({ length: count }, (_, partition) => partition as Partition);
