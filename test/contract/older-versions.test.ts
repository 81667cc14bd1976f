import assert from 'node:assert/strict';
import { type Etcd3 } from 'etcd3';
import { openLog } from '../../infra/etcd/log-identity-store.js';
import { chunksOfRun } from '../../projections/history/chunks-of-run.js';
import { OpenRun } from '../../projections/history/open-run.document.js';
import { type Pending, type Projection } from '../../projections/projection.js';
import { projections } from '../../projections/projections.js';
import { type CollectorWorld, type Operator } from '../support/collectors.js';
import { etcdForSuite } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { type FleetLog } from '../support/fleet-log.js';
import { FoldedLog } from '../support/folded-log.js';
import { never } from '../support/never.js';
import { runTelemetry } from '../support/telemetry.js';

const partitions = 2;
const fleet = { hosts: 1, gpusPerHost: 4, metrics: 4 };

/** History as version 1 folded it: a run ended at 1 MiB or 250,000 events, however many segments it had. */
const firstHistory = (history: Projection): Projection => ({
  ...history,
  version: 1,
  open: () => {
    let [run, stored] = [new OpenRun(), 0];
    let ended: Pending | undefined;
    return {
      fold: (segment, revision, bytes) => {
        run.append(segment, revision, bytes);
        stored += bytes;
        if (stored < 1_048_576 && run.events < 250_000) return;
        assert.equal(ended, undefined, 'no other run has ended since the last commit');
        const changes = [...chunksOfRun(run)].flatMap((of) => of.changes);
        ended = { changes, through: revision, segments: run.segments, events: run.events };
        [run, stored] = [new OpenRun(), 0];
      },
      take: () => {
        const pending = ended;
        ended = undefined;
        return pending;
      },
    };
  },
});

describe('read models of another version than the program has', () => {
  const etcd = etcdForSuite();
  let folded: FoldedLog;
  let world: CollectorWorld;
  let client: Etcd3;
  let log: FleetLog;
  let operator: Operator;

  const collectorWith = async (version: (projection: Projection) => Projection) => {
    await folded.collector({ projections: projections.map(version) });
  };
  const verify = (name: string, ...more: readonly string[]) =>
    runTelemetry(['projections', 'verify', name, '--etcd', etcd().endpoint, '--prefix', world.keys.prefix, ...more]);

  beforeEach(async () => {
    folded = new FoldedLog(etcd().endpoints, partitions, fleet);
    ({ client, log, operator, world } = folded);
    await openLog(client, world.keys, partitions, never);
  });
  afterEach(async () => {
    await folded.close();
  });

  it('R2, R5: history of version 1 is judged by where its runs ended', async () => {
    await log.stream(600);
    for (let part = 0; part < 4; part++) await log.append(4_000);
    await log.stream(600);
    await collectorWith((one) => (one.name === 'history' ? firstHistory(one) : one));
    const history = async () =>
      (await operator.snapshot()).generations.find(
        ({ record }) => record.version === 1 && record.projection === 'history',
      );
    await eventually('the first run is written', async () => (await history())?.checkpoints.size === 1);
    await operator.caughtUp(log.events);
    const row = (await operator.list()).find(({ name }) => name === 'history');
    assert.deepEqual([row?.version, row?.lag_segments, row?.events], [1, 0, log.events]);
    assert.deepEqual((await operator.verify()).faults, []);
    const { code, stdout } = await verify('history', '--json');
    assert.deepEqual([code, JSON.parse(stdout)], [0, { ok: true, compared: 8, differences: [] }]);
  });

  it('R5: what this program cannot fold again is not compared, and said', async () => {
    await log.append(10);
    await collectorWith((one) => (one.name === 'gpu' ? { ...one, version: 2 } : one));
    await operator.caughtUp(log.events);
    const told = await verify('gpu');
    assert.equal(told.code, 1);
    const sentence = 'gpu, generation 1, is of version 2 and not compared: this program verifies version 1.';
    assert.equal(told.stdout.trim(), sentence);
    const other = { projection: 'gpu', generation: 1, version: 2, verifies: [1] };
    const verdict = { ok: false, compared: 0, differences: [], not_compared: [other] };
    assert.deepEqual(JSON.parse((await verify('gpu', '--json')).stdout), verdict);
    assert.equal((await verify('host')).code, 0);
  });
});
