import assert from 'node:assert/strict';
import { type Etcd3 } from 'etcd3';
import { type Build } from '../../domain/generations-known.js';
import { projectionNames } from '../../domain/generation.js';
import { type Instant } from '../../domain/instant.js';
import { createClient } from '../../infra/etcd/client.js';
import { announceGateway } from '../../infra/etcd/gateway-member.js';
import { Keys } from '../../infra/etcd/keys.js';
import { type CollectorWorld, Operator, startCollector, type TestCollector } from '../support/collectors.js';
import { freshPrefix, startTestEtcd, type TestEtcd } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { FleetLog } from '../support/fleet-log.js';
import { Rebuilds } from '../support/rebuilds.js';
import { retentionHere } from '../support/retention-here.js';
import { runTelemetry } from '../support/telemetry.js';

const quotaBytes = 16 * 2 ** 20;
const partitions = 4;
const [always, never] = [() => true, () => false];
/** Each device has a document of some kilobytes. */
const fleet = { hosts: 4, gpusPerHost: 100, metrics: 1, noise: 6_144 };
const devices = fleet.hosts * fleet.gpusPerHost;

describe('a build that etcd has no room for', () => {
  let etcd: TestEtcd;
  let client: Etcd3;
  let world: CollectorWorld;
  let log: FleetLog;
  let operator: Operator;
  let rebuilds: Rebuilds;
  let collector: TestCollector | undefined;
  beforeEach(async () => {
    etcd = await startTestEtcd({ quotaBytes });
    client = createClient({ endpoints: etcd.endpoints });
    world = { endpoints: etcd.endpoints, keys: new Keys(freshPrefix()), partitions };
    log = new FleetLog(client, world.keys, partitions, fleet);
    operator = new Operator(world);
    rebuilds = new Rebuilds({ client, keys: world.keys });
  });
  afterEach(async () => {
    await collector?.stop();
    operator.close();
    client.close();
    await etcd.stop();
  });

  /** Up to the last kilobyte, and hardly more: etcd counts what it was given when that is committed, as it is before a hash is made. */
  const fill = async (): Promise<void> => {
    for (const bytes of [200_000, 10_000, 1_000])
      await assert.rejects(
        (async () => {
          for (let n = 0; ; n++) {
            await client.put(`stranger/${String(bytes)}/${String(n)}`).value(Buffer.alloc(bytes, 1));
            await client.maintenance.hash();
          }
        })(),
        /database space exceeded/,
      );
  };

  /** Retention compacts etcd, and takes its alarm back when what was deleted is enough. */
  const untilThereIsRoom = async (): Promise<void> => {
    const retention = retentionHere(world.endpoints, world.keys, partitions);
    const isTaken = () => client.put('another').value('1').then(always, never);
    await eventually('etcd takes puts again', isTaken);
    await retention.stop();
  };
  /** What others have put there goes first: what was freed may be less than it takes. */
  const goesOn = async (): Promise<void> => {
    const { header } = await client.delete().prefix('stranger/').exec();
    await client.kv.compact({ revision: header.revision, physical: true });
    await log.append(1);
    await operator.caughtUp(log.events);
    await operator.assertSound();
  };
  const gone = (build: Build) =>
    eventually(`nothing is left of generation ${String(build.generation)}`, async () => {
      return (await rebuilds.stored(build)).size === 0;
    });

  it('R1, L8: is given up all the same, and what it has written makes room for what queries answer from', async () => {
    await log.append(1);
    // It never gets to its end.
    collector = await startCollector(world, {
      ports: (real) => ({
        ...real,
        builds: { ...real.builds, checkpoints: () => Promise.resolve({ of: new Map(), newest: undefined }) },
      }),
    });
    await operator.caughtUp(log.events);
    const build = await rebuilds.reset('gpu');
    await eventually('it has written all', async () => (await rebuilds.stored(build)).size > devices);
    await fill();
    const connection = ['--etcd', etcd.endpoint, '--prefix', world.keys.prefix];
    assert.deepEqual(await runTelemetry(['projections', 'cancel', 'gpu', ...connection]), {
      ...{ code: 0, stdout: 'gpu: the build of generation 2 is given up.\n', stderr: '' },
    });
    await gone(build);
    await untilThereIsRoom();
    await goesOn();
    assert.equal((await rebuilds.reset('gpu')).generation, 3);
  });

  it('R1, L8: what a gateway that dies was waited for with is deleted all the same, and makes room', async () => {
    await log.append(1);
    collector = await startCollector(world);
    await operator.caughtUp(log.events);
    const old = await rebuilds.active('gpu');
    const life = new AbortController();
    const me = { id: 'gateway-1', name: 'gateway-1', pid: process.pid, started_at: 0n as Instant };
    const answersFrom = projectionNames.map((projection) => ({ projection, generation: 1 }));
    const answering = announceGateway(client, world.keys, 5, () => ({ ...me, generations: answersFrom }), life.signal);
    await eventually('it is announced', async () => {
      return (await client.getAll().prefix(world.keys.membersOf('gateway').start).count()) === 1;
    });
    await rebuilds.switched(await rebuilds.reset('gpu'));
    await fill();
    assert.ok((await rebuilds.stored(old)).size > devices);
    life.abort();
    await answering;
    await gone(old);
    await untilThereIsRoom();
    await goesOn();
  });
});
