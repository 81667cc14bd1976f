import { createHash } from 'node:crypto';
import { type GenerationRecord, type ProjectionName, projectionNames } from '../../domain/generation.js';
import { partitionsOf } from '../../infra/etcd/lane-extents.js';
import { modelStore } from '../../infra/etcd/model-store.js';
import { readKeptFrom } from '../../infra/etcd/read-kept-from.js';
import { takeSnapshot } from '../../infra/etcd/system-snapshot.js';
import { isKept } from '../../projections/verify/kept-documents.js';
import { never } from '../support/never.js';
import { awaited } from './check-world.js';
import { areBuilt, reset } from './resets.js';
import { type World } from './world.js';

type Keeps = ReturnType<typeof isKept>;

const activeOf = async ({ etcd, keys }: World): Promise<readonly GenerationRecord[]> => {
  const { generations } = await takeSnapshot(etcd.client, keys, never);
  return generations.filter(({ active }) => active).map(({ record }) => record);
};

/** A hash of each document that queries answer from and that is kept, by projection, partition and path. */
const documentsOf = async (world: World, keeps: ReadonlyMap<ProjectionName, Keeps>): Promise<Map<string, string>> => {
  const models = modelStore(world.etcd.client, world.keys);
  const found = new Map<string, string>();
  for (const { projection, generation } of await activeOf(world)) {
    for (const partition of partitionsOf(16)) {
      const { documents } = await models.load({ projection, generation, partition }, true, never);
      for (const { path, value } of documents.filter(keeps.get(projection)!)) {
        const place = [projection, String(partition), ...path].join('/');
        found.set(place, createHash('sha256').update(value).digest('base64'));
      }
    }
  }
  return found;
};

/** While nothing is streamed: every projection that is built anew has the very bytes that it had before. */
export const checkRebuilt = async (world: World): Promise<number> => {
  const { etcd, keys } = world;
  const keeps = new Map<ProjectionName, Keeps>();
  for (const record of await activeOf(world))
    keeps.set(record.projection, isKept(await readKeptFrom(etcd.client, keys, record, never)));
  const before = await documentsOf(world, keeps);
  await Promise.all(projectionNames.map((projection) => reset(world, projection)));
  await awaited(world, 'all has been built anew', async () =>
    areBuilt((await takeSnapshot(etcd.client, keys, never)).generations),
  );
  const after = await documentsOf(world, keeps);
  const differ = [...new Set([...before.keys(), ...after.keys()])].filter((one) => before.get(one) !== after.get(one));
  if (differ.length > 0)
    world.complain(`after a reset ${String(differ.length)} documents differ: ${differ.slice(0, 5).join(', ')}`);
  return before.size;
};
