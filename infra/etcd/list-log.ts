import { type Etcd3 } from 'etcd3';
import { type Partition } from '../../domain/ids.js';
import { type LogEntry, LogTrimmed } from '../../domain/log-entry.js';
import { type Revision } from '../../domain/revision.js';
import { firstKept } from '../../domain/trim-horizon.js';
import { readHorizons } from './horizons.js';
import { type Keys } from './keys.js';
import { laneExtents } from './lane-extents.js';
import { type LaneFrontier, type LaneOfPartition } from './lane-frontier.js';
import { LanePages } from './lane-pages.js';
import { linkedTo } from '../../domain/linked-signal.js';
import { compactedOrThrow, headRevision } from './range.js';

/** What a listing holds of all lanes together, about; at least a page of one segment for each lane. */
const heldBytes = 16 << 20;
const leastPageBytes = 64 << 10;
const mostPageBytes = 1 << 20;
/** When a batch is handed on. */
const batchBytes = 1 << 20;
const batchEntries = 1_000;

/**
 * Lists the log from the frontier up to and including revision `through`: lanes are paged side by side and merged by
 * create revision, then partition. Gives batches of whole revisions and moves the frontier past each. All is read at
 * `through` while that revision can be had; once it has been compacted, reading goes on at a new one from the frontier,
 * not from the start, else a long list would never end.
 */
export async function* listLog(
  client: Etcd3,
  keys: Keys,
  frontier: LaneFrontier,
  through: Revision,
  signal: AbortSignal,
): AsyncGenerator<readonly LogEntry[], void, undefined> {
  for (let pin = through; ; pin = await headRevision(client, signal)) {
    const reading = linkedTo(signal);
    try {
      const lanes = await openLanes(client, keys, frontier, pin, reading.signal).catch(compactedOrThrow);
      if (lanes === 'compacted') continue;
      const end = yield* merge(lanes, frontier, through);
      if (end === 'done') return;
    } finally {
      reading.end();
    }
  }
}

const openLanes = async (
  client: Etcd3,
  keys: Keys,
  frontier: LaneFrontier,
  pin: Revision,
  signal: AbortSignal,
): Promise<readonly LanePages[]> => {
  const from = (lane: LaneOfPartition) => frontier.nextOf(lane);
  const extents = await laneExtents(client, keys, frontier.lanes, signal, { at: pin, from });
  const holes = extents.filter((extent) => extent.first > frontier.nextOf(extent));
  if (holes.length > 0) await checkTrimmed(client, keys, holes, frontier, signal);
  const behind = extents.filter(({ first, end }) => first < end);
  const share = heldBytes / Math.max(1, behind.length) / 2;
  const pageBytes = Math.max(leastPageBytes, Math.min(mostPageBytes, share));
  return behind.map((extent) => new LanePages(extent, { client, keys, pin, pageBytes, signal }));
};

/** A hole is retention's when it lies before a horizon: then the reader's view is too old, and goes no further. */
const checkTrimmed = async (
  client: Etcd3,
  keys: Keys,
  holes: readonly LaneOfPartition[],
  frontier: LaneFrontier,
  signal: AbortSignal,
): Promise<void> => {
  const { horizons } = await readHorizons(client, keys, signal);
  for (const hole of holes) {
    const kept = firstKept(horizons.get(hole.partition), hole.lane);
    if (frontier.nextOf(hole) < kept) throw trimmedBehind(hole.partition);
  }
};

const trimmedBehind = (partition: Partition): LogTrimmed =>
  new LogTrimmed(`the log of partition ${String(partition)} was trimmed while it was read`);

async function* merge(
  all: readonly LanePages[],
  frontier: LaneFrontier,
  through: Revision,
): AsyncGenerator<readonly LogEntry[], 'done' | 'compacted', undefined> {
  let lanes = all;
  let batch: LogEntry[] = [];
  let bytes = 0;
  for (;;) {
    const waiting = lanes.filter((lane) => lane.head === undefined);
    if (waiting.length > 0) {
      await Promise.all(waiting.map((lane) => lane.ready()));
      lanes = lanes.filter((lane) => !lane.isOver || lane.compacted);
    }
    const compacted = lanes.some((lane) => lane.isOver);
    const entries = compacted ? [] : takeRevision(lanes, through);
    for (const entry of entries) {
      frontier.handedOn(entry);
      bytes += entry.bytes.byteLength;
    }
    batch.push(...entries);
    if (batch.length > 0 && (entries.length === 0 || bytes >= batchBytes || batch.length >= batchEntries)) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    if (entries.length === 0) return compacted ? 'compacted' : 'done';
  }
}

/** Takes the entries of the lowest revision of all heads, by partition; none when that is beyond `through`. */
const takeRevision = (lanes: readonly LanePages[], through: Revision): readonly LogEntry[] => {
  let lowest: Revision | undefined;
  for (const { head } of lanes) if (lowest === undefined || head!.revision < lowest) lowest = head!.revision;
  if (lowest === undefined || lowest > through) return [];
  const entries: LogEntry[] = [];
  for (const lane of lanes) {
    const { head } = lane;
    if (head?.revision !== lowest) continue;
    entries.push(head);
    lane.take();
  }
  return entries.sort((a, b) => a.partition - b.partition);
};
