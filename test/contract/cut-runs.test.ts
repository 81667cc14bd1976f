import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Etcd3 } from 'etcd3';
import { deleteAll } from '../../commands/retention/trim-log.js';
import { type ArchiveHeld } from '../../domain/archive-held.js';
import { type FoldCheckpoint } from '../../domain/generation.js';
import { type ModelPart, type ModelStore } from '../../domain/read-model.js';
import { type Revision } from '../../domain/revision.js';
import { readHorizons } from '../../infra/etcd/horizons.js';
import { listRange } from '../../infra/etcd/range.js';
import { EtcdTrimStore } from '../../infra/etcd/trim-store.js';
import { type CollectorPorts } from '../../projections/runner/surroundings.js';
import { ArchiveHere } from '../support/archive-here.js';
import { type CollectorSetup, type CollectorWorld, type Operator, type TestCollector } from '../support/collectors.js';
import { etcdForSuite } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { type FleetLog } from '../support/fleet-log.js';
import { FoldedLog } from '../support/folded-log.js';
import { full } from '../support/full-counts.js';
import { never } from '../support/never.js';
import { type Rebuilds } from '../support/rebuilds.js';
import { retentionHere } from '../support/retention-here.js';
import { seededRandom } from '../support/seeded-random.js';
import { withSoonerRuns } from '../support/sooner-runs.js';
import { useTempFolder } from '../support/temp-folder.js';

const seeds = [1, 2, 3, 4, 5, 6];
const partitions = 4;
/** More devices than one transaction writes chunks of, and about 65 kB a second in one partition. */
const fleet = { hosts: 1, gpusPerHost: 130, metrics: 1, noise: 1_024 };

describe('history whose runs are cut where the log begins', () => {
  const etcd = etcdForSuite();
  const folder = useTempFolder();
  let folded: FoldedLog;
  let world: CollectorWorld;
  let client: Etcd3;
  let log: FleetLog;
  let operator: Operator;
  let rebuilds: Rebuilds;
  let archive: ArchiveHere;
  let horizon: Revision;
  let running: TestCollector[];

  const collector = (setup?: CollectorSetup) => folded.collector(setup);
  const withArchive = async (disturbed: (real: CollectorPorts) => CollectorPorts = (real) => real) => {
    const watched = await archive.watched();
    return collector({ leaseSeconds: 1, ports: (real) => disturbed({ ...real, archive: watched }) });
  };
  const held = async (): Promise<ArchiveHeld> => {
    const { held: found } = await archive.watched();
    assert.ok(found !== undefined);
    return found;
  };
  const horizons = async () => (await readHorizons(client, world.keys, never)).horizons;
  const checkpoint = async (generation: number): Promise<FoldCheckpoint | undefined> => {
    const { generations } = await operator.snapshot();
    const found = generations.find(({ record }) => record.projection === 'history' && record.generation === generation);
    return found?.checkpoints.get(log.partitionOfHost(0));
  };
  const isCut = async (generation: number): Promise<boolean> =>
    (await rebuilds.view()).generations.some(
      ({ record }) =>
        record.projection === 'history' && record.generation === generation && record.runs_cut !== undefined,
    );

  /** An older version of history has other runs, retention has followed them, and an archive holds what it deleted. */
  beforeEach(async () => {
    folded = new FoldedLog(etcd().endpoints, partitions, fleet);
    ({ client, log, operator, rebuilds, running, world } = folded);
    archive = new ArchiveHere(client, world, join(folder(), 'archive'));
    await log.stream(55);
    const older = await collector({ projections: withSoonerRuns });
    await eventually('all of its runs are written', async () => (await checkpoint(1))?.events === log.events);
    await operator.caughtUp(log.events);
    await older.stop();
    await archive.write();
    const bytes = 150_000;
    const retention = retentionHere(world.endpoints, world.keys, partitions, { log: { kind: 'bytes', bytes } });
    await eventually('the log is trimmed', async () => (await horizons()).size > 0);
    await retention.stop();
    assert.ok(await deleteAll(new EtcdTrimStore(client, world.keys, partitions), await horizons(), never));
    horizon = (await horizons()).get(log.partitionOfHost(0))!.from;
  });
  afterEach(async () => {
    await folded.close();
    archive.close();
  });

  /** Once more from the archive: the very same, so nothing is lost, doubled or left over. */
  const assertBuiltAgainAlike = async (): Promise<void> => {
    await operator.caughtUp(log.events);
    await operator.assertSound();
    const before = await rebuilds.stored(await rebuilds.active('history'));
    await archive.write();
    await withArchive();
    const again = await rebuilds.reset('history', await held());
    await rebuilds.switched(again);
    assert.deepEqual([...(await rebuilds.stored(again)).keys()], [...before.keys()]);
    assert.deepEqual(await rebuilds.stored(again), before);
  };

  it('P1, R3: what a commit that the cut overtook has written of the longer run is not left behind', async () => {
    let [looks, isHalfWritten] = [0, false];
    let goOn: () => void = () => undefined;
    const cut = new Promise<void>((resolve) => (goOn = resolve));
    // The run ends by itself while it is decided to cut it: its chunks are written, and the checkpoint is on its way.
    const slow = (models: ModelStore): ModelStore => ({
      ...models,
      commit: async (step, signal) => {
        const { projection, generation } = step.part;
        const isLonger =
          projection === 'history' && generation === 2 && step.checkpoint && step.checkpoint.next > horizon;
        if (isLonger) {
          isHalfWritten = true;
          await cut;
        }
        return models.commit(step, signal);
      },
    });
    const builder = await withArchive((real) => ({
      ...real,
      models: slow(real.models),
      builds: {
        ...real.builds,
        heads: (signal) => {
          looks++;
          return real.builds.heads(signal);
        },
        checkpoints: async (of, signal) => {
          const seen = await real.builds.checkpoints(of, signal);
          if (looks < 2 || isHalfWritten || of.generation !== 2) return seen;
          await log.stream(15);
          await eventually('the run has ended', () => isHalfWritten);
          return seen;
        },
      },
    }));
    const build = await rebuilds.reset('history', await held());
    await eventually('the run is cut', () => isCut(2));
    goOn();
    await rebuilds.switched(build);
    await builder.stop();
    await collector();
    await assertBuiltAgainAlike();
  });

  /** Generations that something stands in etcd of, and claims, beside those of what queries answer from. */
  const leftOver = async (): Promise<readonly string[]> => {
    const { generations, active } = await rebuilds.view();
    const dead = generations.filter(({ record }) => active.get(record.projection) !== record.generation);
    const found: string[] = dead.map(
      ({ record }) => `${record.projection} ${String(record.generation)} is ${record.state}`,
    );
    const isActive = (part: ModelPart | undefined) =>
      part !== undefined && active.get(part.projection) === part.generation;
    for (const range of [world.keys.models, world.keys.claims])
      for await (const page of listRange(client, range, never, { keysOnly: true })) {
        assert(page.kind === 'page');
        for (const { key } of page.values)
          if (!isActive(world.keys.parseModel(key)?.part ?? world.keys.parseClaim(key))) found.push(key);
      }
    return found;
  };

  for (const seed of seeds)
    (full ? it : it.skip)(
      `P1, R3: whoever is lost or stopped while it is built and cut, nothing is lost, doubled or left over (${String(seed)})`,
      async () => {
        const random = seededRandom(seed);
        const upTo = (ms: number) => Math.floor(random() * ms);
        const builders = [await withArchive(), await withArchive()];
        const streaming = new AbortController();
        const streamed = (async () => {
          while (!streaming.signal.aborted && log.steps < 140) {
            await log.append(1);
            await pause(upTo(seed % 2 === 0 ? 200 : 4_000));
          }
        })();
        let build = await rebuilds.reset('history', await held());
        for (let fault = 0; fault < 8; fault++) {
          await pause(upTo(600));
          const at = upTo(builders.length);
          const struck = builders[at]!;
          const kind = upTo(7);
          if (kind === 0) await struck.abandon();
          else if (kind === 1) await struck.stop();
          else if (kind === 5) build = await rebuilds.reset('history', await held());
          else if (kind === 6) {
            if ((await rebuilds.cancel('history')) !== undefined) build = await rebuilds.reset('history', await held());
          } else {
            if (kind === 2) struck.proxy.freeze();
            if (kind === 3) struck.proxy.holdReplies();
            if (kind === 4) struck.proxy.holdRequests();
            await pause(upTo(2_500));
            struck.proxy.pass();
          }
          if (kind < 2) builders[at] = await withArchive();
        }
        streaming.abort();
        await streamed;
        await rebuilds.switched(build);
        await assertBuiltAgainAlike();
        await Promise.all(running.slice(0, -1).map((one) => one.stop()));
        await eventually('nothing is left over', async () => (await leftOver()).length === 0);
      },
    );
});
