import assert from 'node:assert/strict';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Etcd3 } from 'etcd3';
import { projectionNames } from '../../domain/generation.js';
import { createClient } from '../../infra/etcd/client.js';
import { Keys } from '../../infra/etcd/keys.js';
import { readMaintenanceReport } from '../../infra/etcd/maintenance-report-store.js';
import { headRevision } from '../../infra/etcd/range.js';
import { Operator } from '../support/collectors.js';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { FleetLog } from '../support/fleet-log.js';
import { never } from '../support/never.js';
import { Rebuilds } from '../support/rebuilds.js';
import { longHeader, longRow } from '../support/source-texts.js';
import { type Run, type RunningTelemetry, runTelemetry, startTelemetry } from '../support/telemetry.js';
import { useTempFolder } from '../support/temp-folder.js';

const partitions = 16;
/** An append of one second has about 65 kB in one partition, so that a run of history ends after some twenty. */
const fleet = { hosts: 1, gpusPerHost: 8, metrics: 2, noise: 8_192 };

describe('telemetry log trim', function () {
  this.timeout(300_000);
  const etcd = etcdForSuite();
  const folder = useTempFolder();
  let prefix: string;
  let client: Etcd3;
  let keys: Keys;
  let log: FleetLog;
  let rebuilds: Rebuilds;
  let operator: Operator;
  let archive: string;
  let collector: RunningTelemetry | undefined;

  beforeEach(async () => {
    prefix = freshPrefix();
    keys = new Keys(prefix);
    client = createClient({ endpoints: etcd().endpoints });
    log = new FleetLog(client, keys, partitions, fleet);
    rebuilds = new Rebuilds({ client, keys });
    operator = new Operator({ endpoints: etcd().endpoints, keys, partitions });
    archive = join(folder(), 'archive');
    // Creates the log.
    const small = join(folder(), 'small.csv');
    await writeFile(small, `${longHeader}\n${longRow({ Hostname: 'other' })}\n`);
    assert.equal((await run('stream', small)).code, 0);
    await log.stream(40);
    await log.append(1, 'ended');
  });
  afterEach(async () => {
    await stop();
    operator.close();
    client.close();
  });

  const run = (...args: readonly string[]): Promise<Run> =>
    runTelemetry([...args, '--etcd', etcd().endpoint, '--prefix', prefix]);
  const json = ({ stdout }: Run): Record<string, unknown> => JSON.parse(stdout) as Record<string, unknown>;
  const start = (...args: readonly string[]): void => {
    collector = startTelemetry(['collect', ...args, '--etcd', etcd().endpoint, '--prefix', prefix]);
  };
  const stop = async (): Promise<void> => {
    collector?.child.kill('SIGTERM');
    await collector?.ended;
    collector = undefined;
  };
  /** The row of the small file too. */
  const folded = () => operator.caughtUp(log.events + 1);
  const segments = () => client.getAll().prefix(keys.log.start).count();
  /** What has been deleted could else be read at an earlier revision. */
  const compact = async () =>
    client.kv.compact({ revision: String(await headRevision(client, never)), physical: true });

  it('R3, R6: what is archived is trimmed, and a reset from the archive has the same documents', async () => {
    start('--archive', archive);
    await folded();
    await eventually('it is archived', async () => (await run('log', 'archive', archive)).code === 0);
    const before = await rebuilds.storedOfAll();
    const there = await segments();
    const trimmed = await run('log', 'trim', '--older-than', '0s', '--archive', archive, '--json');
    const report = json(trimmed);
    assert.deepEqual([trimmed.code, report['deleted']], [0, true], trimmed.stderr);
    assert.ok((report['segments'] as number) > 10);
    assert.equal(await segments(), there - (report['segments'] as number));
    const [held, ...others] = report['held_back'] as readonly Record<string, unknown>[];
    assert.deepEqual([held?.['by'], held?.['name'], others], ['projection', 'history', []]);
    await compact();

    const names = projectionNames;
    const built = await run('projections', 'reset', ...names, '--from-archive', archive, '--wait', '--json');
    assert.equal(built.code, 0, built.stderr);
    assert.deepEqual(await rebuilds.storedOfAll(), before);
    assert.equal((await run('verify', '--json')).code, 0);
    await resetByRequest(2);
    assert.deepEqual(await rebuilds.storedOfAll(), before);
  });

  /** By a gateway, which knows no folder: the collector does. */
  const resetByRequest = async (active: number): Promise<void> => {
    const where = ['--etcd', etcd().endpoint, '--prefix', prefix, '--port', '0'];
    const gateway = startTelemetry(['serve', ...where], { TELEMETRY_ADMIN_TOKEN: 'secret' });
    try {
      const origin = () => /http:\/\/[\d.]+:\d+/.exec(gateway.stdout + gateway.stderr)?.[0];
      await eventually('it listens', () => origin() !== undefined);
      const reset = async () => {
        const headers = { authorization: 'Bearer secret' };
        return fetch(`${origin()!}/api/v1/projections/gpu/reset`, { method: 'POST', headers });
      };
      await eventually('it is accepted', async () => (await reset()).status === 202);
      await eventually('it is active', async () => (await rebuilds.active('gpu')).generation > active);
    } finally {
      gateway.child.kill('SIGTERM');
      await gateway.ended;
    }
  };

  // With fewer counts what is refused is left to retention and builds within one process.
  it('R6: where the log is archived, an archive that nobody can read now keeps all of it', async () => {
    start('--archive', archive);
    await folded();
    await eventually('it is archived', async () => (await run('log', 'archive', archive)).code === 0);
    const isKnown = async () => (await readMaintenanceReport(client, keys, never, 5_000))?.log.archived === true;
    await eventually('retention has said so', isKnown);
    const there = await segments();
    await rename(archive, `${archive}-away`);
    await writeFile(archive, 'a file where the folder was');
    await eventually('the collector sees it', async () =>
      (await operator.snapshot()).collectors.every((one) => one.archive === undefined),
    );
    const refused = await run('log', 'trim', '--older-than', '0s');
    assert.deepEqual([refused.code, await segments()], [1, there]);
    assert.match(refused.stderr, /no collector that runs can read the archive now.*Nothing has been deleted/);
    await stop();
    assert.deepEqual([(await run('log', 'trim', '--older-than', '0s')).code, await segments()], [1, there]);
    const forced = await run('log', 'trim', '--older-than', '0s', '--unarchived');
    assert.equal(forced.code, 0, forced.stderr);
    assert.ok((await segments()) < there);
  });

  it('R1, R3: after a trim without an archive a reset is refused with what is missing, and nothing is changed', async () => {
    start();
    await folded();
    const before = await rebuilds.storedOfAll();
    const trimmed = await run('log', 'trim', '--older-than', '0s');
    assert.equal(trimmed.code, 0, trimmed.stderr);
    assert.match(trimmed.stdout, /^Deleted: \d+ segments with [\d,]+ events/);
    assert.match(trimmed.stdout, /generation 1 of history has not folded them, or their run is still open/);
    assert.match(trimmed.stdout, /newest segment of a lane always stays/);
    await compact();
    const view = await rebuilds.view();
    const refused = await run('projections', 'reset', 'gpu', '--wait');
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /\d+ segments with \d+ events, .* have been trimmed.*Nothing has been changed/);
    assert.deepEqual((await rebuilds.view()).generations, view.generations);
    assert.deepEqual(await rebuilds.storedOfAll(), before);
    const again = json(await run('log', 'trim', '--older-than', '0s', '--json'));
    assert.deepEqual([again['segments'], again['deleted']], [0, true]);
  });

  it('R6: what nobody has folded, what is not archived and what is younger stays, and who keeps it is said', async () => {
    const unfolded = await run('log', 'trim', '--older-than', '0s');
    assert.equal(unfolded.code, 0, unfolded.stderr);
    assert.match(unfolded.stdout, /no projection has folded anything yet/);
    start();
    await folded();
    const there = await segments();
    const absent = await run('log', 'trim', '--older-than', '0s', '--archive', join(folder(), 'absent'));
    assert.deepEqual([absent.code, /Nothing has been deleted/.test(absent.stderr)], [1, true], absent.stderr);
    assert.equal((await run('log', 'trim', '--older-than', '36500d')).code, 0);
    assert.equal((await run('log', 'trim')).code, 2);
    assert.equal(await segments(), there);
    assert.equal((await run('log', 'archive', archive)).code, 0);
    await stop();
    await log.append(1);
    const behind = await run('log', 'trim', '--older-than', '0s', '--archive', archive);
    assert.equal(behind.code, 0, behind.stderr);
    assert.match(behind.stdout, /^Deleted: [1-9]\d* segments/);
    assert.match(behind.stdout, /generation 1 of (gpu|history) has not folded them/);
  });
});
