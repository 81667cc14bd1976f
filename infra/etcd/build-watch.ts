import { type Etcd3 } from 'etcd3';
import { type Build } from '../../domain/generations-known.js';
import { type BuildCheckpoints, type BuildWatch, type PartitionHeads } from '../../domain/build-watch.js';
import { GatewayAnnouncement } from '../../domain/gateway-announcement.js';
import { FoldCheckpoint } from '../../domain/generation.js';
import { type Partition } from '../../domain/ids.js';
import { type Revision } from '../../domain/revision.js';
import { followSet } from './follow-set.js';
import { type Keys } from './keys.js';
import { laneReaches, newestRevisions } from './lane-extents.js';
import { headRevision, listRange } from './range.js';
import { fromJson, tryFromJson } from './stored-json.js';
import { sweepModels } from './sweep-models.js';

const patienceMs = 5_000;

/** @param partitions how many the log has */
export const buildWatch = (client: Etcd3, keys: Keys, partitions: number): BuildWatch => ({
  heads: (signal) => partitionHeads(client, keys, partitions, signal),
  checkpoints: (build, signal) => readCheckpoints(client, keys, build, signal),
  async *gateways(signal) {
    for await (const { values } of followSet(client, keys.membersOf('gateway'), signal)) {
      // One that cannot be read counts as one that has loaded nothing.
      yield [...values.values()].map((stored) => tryFromJson(GatewayAnnouncement, stored) ?? unreadable(stored.key));
    }
  },
  sweep: (signal) => sweepModels(client, keys, signal),
});

const unreadable = (key: string): GatewayAnnouncement => ({
  ...{ id: key, name: key, pid: 0, generations: [] },
  started_at: 0n as GatewayAnnouncement['started_at'],
});

const partitionHeads = async (
  client: Etcd3,
  keys: Keys,
  partitions: number,
  signal: AbortSignal,
): Promise<PartitionHeads> => {
  const at = await headRevision(client, signal, { patienceMs });
  const lanes = (await laneReaches(client, keys)(partitions, at, signal)).filter(({ first, end }) => end > first);
  const newest = await newestRevisions(client, keys, lanes, signal, at);
  const heads = new Map<Partition, Revision>();
  lanes.forEach(({ partition }, i) => {
    const known = heads.get(partition);
    if (known === undefined || newest[i]! > known) heads.set(partition, newest[i]!);
  });
  return heads;
};

const readCheckpoints = async (
  client: Etcd3,
  keys: Keys,
  build: Build,
  signal: AbortSignal,
): Promise<BuildCheckpoints> => {
  let newest: BuildCheckpoints['newest'];
  const checkpoints = new Map<Partition, FoldCheckpoint>();
  for await (const page of listRange(client, keys.checkpointsOf(build), signal, { firstLimit: 64, patienceMs })) {
    if (page.kind === 'compacted') throw new Error('the checkpoints were compacted while they were read');
    for (const stored of page.values) {
      const partition = keys.parseModel(stored.key)?.part.partition;
      if (partition === undefined) continue;
      checkpoints.set(partition, fromJson(FoldCheckpoint, stored));
      const { modified } = stored;
      if (newest === undefined || modified > newest.modified) newest = { partition, modified };
    }
  }
  return { of: checkpoints, newest };
};
