import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '../../infra/etcd/client.js';
import { Keys } from '../../infra/etcd/keys.js';
import { collectorHere } from '../support/collector-here.js';
import { startTestEtcd, type TestEtcd } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { gatewayHere } from '../support/gateway-here.js';
import { longHeader, longRow } from '../support/source-texts.js';
import { type Run, runTelemetry } from '../support/telemetry.js';

describe('etcd restored from a backup', function () {
  this.timeout(300_000);
  let etcd: TestEtcd;
  let folder: string;
  before(async () => {
    etcd = await startTestEtcd();
    folder = await mkdtemp(join(tmpdir(), 'telemetry-restore-'));
  });
  after(async () => {
    await etcd.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const run = (...args: readonly string[]): Promise<Run> => runTelemetry([...args, '--etcd', etcd.endpoint]);
  const json = ({ stdout }: Run): Record<string, unknown> => JSON.parse(stdout) as Record<string, unknown>;
  const fileOf = async (name: string, value: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, `${longHeader}\n${longRow({ value })}\n${longRow({ value, gpu_id: '1', uuid: 'GPU-2' })}\n`);
    return path;
  };

  it('L9: everything stops with a message, log recover raises the epoch, a fork is reported, and all goes on', async () => {
    const [one, two, three] = [await fileOf('1.csv', '1'), await fileOf('2.csv', '2'), await fileOf('3.csv', '3')];
    await run('stream', one);
    const archive = join(folder, 'archive');
    assert.equal((await run('log', 'archive', archive)).code, 0);
    const behind = join(folder, 'behind');
    await cp(archive, behind, { recursive: true });
    await etcd.kill();
    const backup = join(folder, 'backup');
    await cp(etcd.dataDir, backup, { recursive: true });
    await etcd.restart();

    await run('stream', two);
    const client = createClient({ endpoints: etcd.endpoints });
    const store = { client, keys: new Keys() };
    const stop = new AbortController();
    const ready = new AbortController();
    const roles = [collectorHere(store, 16, stop.signal), gatewayHere(store, () => ready.abort(), stop.signal)].map(
      (role) => role.then(() => 'stopped by hand', String),
    );
    await eventually('the gateway is ready', () => ready.signal.aborted);
    assert.equal((await run('log', 'archive', archive)).code, 0);

    await etcd.kill();
    await rm(etcd.dataDir, { recursive: true });
    await cp(backup, etcd.dataDir, { recursive: true });
    await etcd.restart();
    for (const said of await Promise.all(roles)) assert.match(said, /restored from a backup .*telemetry log recover/);
    stop.abort();
    client.close();
    const ahead = await run('log', 'archive', archive);
    assert.deepEqual([ahead.code, /etcd was restored from a backup/.test(ahead.stderr)], [1, true], ahead.stderr);

    const recovered = await run('log', 'recover', '--json', '--wait', '60s');
    assert.deepEqual([recovered.code, json(recovered)['epoch']], [0, 1], recovered.stderr);

    assert.equal((await run('stream', three, two)).code, 0);
    const fork = await run('log', 'archive', archive);
    assert.deepEqual([fork.code, /it is a fork/.test(fork.stderr)], [1, true], fork.stderr);
    const merged = await run('log', 'read', '--archive', archive);
    assert.deepEqual([merged.code, merged.stdout, /it is a fork/.test(merged.stderr)], [1, '', true]);
    const added = await run('log', 'archive', behind, '--json');
    assert.equal(added.code, 0, added.stderr);
    const values = async (...args: readonly string[]) =>
      ((await run('log', 'read', ...args)).stdout.match(/"value":"[^"]*"/g) ?? []).map((text) => text.at(-2));
    assert.deepEqual(await values('--archive', behind), ['1', '1', '3', '3', '2', '2']);
    assert.deepEqual(await values(), ['1', '1', '3', '3', '2', '2']);
  });
});
