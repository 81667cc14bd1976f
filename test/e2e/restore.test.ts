import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient as createSubscriber } from 'graphql-ws';
import { WebSocket } from 'ws';
import { type Epoch, type Partition } from '../../domain/ids.js';
import { beginning } from '../../domain/revision.js';
import { createClient } from '../../infra/etcd/client.js';
import { Keys } from '../../infra/etcd/keys.js';
import { runningSystem } from '../../infra/supervisor/running-system.js';
import { stopSystem } from '../../infra/supervisor/stop-system.js';
import { printLiveCursor } from '../../query-api/live/live-cursor.js';
import { untilShown } from '../support/api.js';
import { collectorHere } from '../support/collector-here.js';
import { startTestEtcd, type TestEtcd } from '../support/etcd.js';
import { backUpEtcd } from '../support/etcd-backup.js';
import { eventually } from '../support/eventually.js';
import { gatewayHere } from '../support/gateway-here.js';
import { longHeader, longRow } from '../support/source-texts.js';
import { type Run, type RunningTelemetry, runTelemetry, startTelemetry } from '../support/telemetry.js';

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

  /** A collector and a gateway in this process, the gateway ready to be asked. */
  const startRoles = async (keys = new Keys()) => {
    const client = createClient({ endpoints: etcd.endpoints });
    const store = { client, keys };
    const stop = new AbortController();
    let origin = '';
    const roles = [collectorHere(store, 16, stop.signal), gatewayHere(store, (at) => (origin = at), stop.signal)].map(
      (role) => role.then(() => 'stopped by hand', String),
    );
    await eventually('the gateway is ready', () => origin !== '');
    const end = async (): Promise<void> => {
      stop.abort();
      await Promise.all(roles);
      client.close();
    };
    return { origin, roles, end };
  };

  /** What the log holds behind a cursor, and what was told instead where that has expired: on both kinds of WebSocket. */
  const resume = async (origin: string, after: string, count: number) => {
    const url = origin.replace('http', 'ws');
    const heard: { cursors: string[]; expired: { code: string; oldest: string }[] }[] = [];
    const listen = () => heard[heard.push({ cursors: [], expired: [] }) - 1]!;
    const [plain, graphql] = [listen(), listen()];
    const socket = new WebSocket(`${url}/ws`);
    socket.on('open', () => socket.send(JSON.stringify({ type: 'subscribe', topic: 'telemetry', after })));
    socket.on('message', (bytes: Buffer) => {
      const message = JSON.parse(bytes.toString()) as { type: string; cursor: string; code: string; oldest: string };
      if (message.type === 'telemetry_update') plain.cursors.push(message.cursor);
      if (message.type === 'error') plain.expired.push(message);
    });
    const subscriber = createSubscriber({ url: `${url}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 });
    const query = 'subscription ($after: String) { telemetry(after: $after) { cursor } }';
    subscriber.subscribe<{ telemetry: { cursor: string } }>(
      { query, variables: { after } },
      {
        next: ({ data, errors }) => {
          if (data) graphql.cursors.push(data.telemetry.cursor);
          for (const { extensions } of errors ?? []) graphql.expired.push(extensions as (typeof graphql.expired)[0]);
        },
        error: (errors) => {
          for (const { extensions } of errors as { extensions: (typeof graphql.expired)[0] }[])
            graphql.expired.push(extensions);
        },
        complete: () => undefined,
      },
    );
    try {
      await eventually('both have heard', () =>
        heard.every(({ cursors, expired }) => cursors.length >= count || expired.length > 0),
      );
      return heard;
    } finally {
      socket.terminate();
      await subscriber.dispose();
    }
  };
  const theBeginning = printLiveCursor({ epoch: 0 as Epoch, revision: beginning, partition: 0 as Partition, place: 0 });

  it('L9: everything stops with a message, log recover raises the epoch, old cursors expire, a fork is reported, and all goes on', async () => {
    const [one, two, three] = [await fileOf('1.csv', '1'), await fileOf('2.csv', '2'), await fileOf('3.csv', '3')];
    await run('stream', one);
    const archive = join(folder, 'archive');
    assert.equal((await run('log', 'archive', archive)).code, 0);
    const behind = join(folder, 'behind');
    await cp(archive, behind, { recursive: true });
    const restore = await backUpEtcd(etcd);

    await run('stream', two);
    const before = await startRoles();
    const given = await resume(before.origin, theBeginning, 4);
    assert.deepEqual(
      given.map(({ cursors, expired }) => [cursors.length, expired.length]),
      [
        [4, 0],
        [4, 0],
      ],
    );
    assert.equal((await run('log', 'archive', archive)).code, 0);

    await restore();
    for (const said of await Promise.all(before.roles))
      assert.match(said, /restored from a backup .*telemetry log recover/);
    await before.end();
    const ahead = await run('log', 'archive', archive);
    assert.deepEqual([ahead.code, /etcd was restored from a backup/.test(ahead.stderr)], [1, true], ahead.stderr);

    const recovered = await run('log', 'recover', '--json', '--wait', '60s');
    assert.equal(recovered.code, 0, recovered.stderr);
    assert.ok(Number(json(recovered)['epoch']) > 0);

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

    // Also a cursor of what the log has not lost: its epoch is over.
    const after = await startRoles();
    try {
      for (const cursor of given.flatMap(({ cursors }) => [cursors[0]!, cursors[3]!]))
        for (const { cursors, expired } of await resume(after.origin, cursor, 1)) {
          assert.deepEqual([cursors, expired.map(({ code }) => code)], [[], ['cursor_expired']]);
          const anew = await resume(after.origin, expired[0]!.oldest, 6);
          assert.deepEqual(
            anew.map((heard) => [heard.cursors.length, heard.expired.length]),
            [
              [6, 0],
              [6, 0],
            ],
          );
        }
    } finally {
      await after.end();
    }
  });

  it('L9: cursors expire also where the same backup is restored once more', async () => {
    const own = ['--prefix', '/twice/'];
    await run('stream', await fileOf('9.csv', '1'), ...own);
    const restore = await backUpEtcd(etcd);
    const recovered = async (): Promise<Epoch> => {
      await restore();
      return json(await run('log', 'recover', '--json', '--wait', '60s', ...own))['epoch'] as Epoch;
    };
    /** What two files become, and what is heard behind a cursor. */
    const livedThrough = async (names: readonly string[], after: string, count: number) => {
      for (const name of names) await run('stream', await fileOf(name, '2'), ...own);
      const roles = await startRoles(new Keys('/twice/'));
      return resume(roles.origin, after, count).finally(() => roles.end());
    };
    const begun = printLiveCursor({
      ...{ epoch: await recovered(), revision: beginning, partition: 0 as Partition, place: 0 },
    });
    const [heard] = await livedThrough(['10.csv'], begun, 4);
    assert.equal(heard!.cursors.length, 4);
    await recovered();
    for (const { cursors, expired } of await livedThrough(['11.csv', '12.csv'], heard!.cursors[3]!, 1))
      assert.deepEqual([cursors, expired.map(({ code }) => code)], [[], ['cursor_expired']]);
  });

  it('L9: streamers stop too that have nothing to append: idle ones, and those that follow a file to which nothing is added', async () => {
    const own = ['--prefix', '/quiet/', '--etcd', etcd.endpoint];
    const followed = await fileOf('6.csv', '6');
    const appended = async () => {
      const stats = await run('log', 'stats', '--json', '--prefix', '/quiet/');
      return stats.code === 0 ? json(stats)['events'] : 0;
    };
    const streamers: RunningTelemetry[] = [];
    const stream = (...args: readonly string[]) => streamers.push(startTelemetry(['stream', ...args, ...own]));
    try {
      stream(followed, '--follow', '--batch-ms', '50ms');
      await eventually('what the file holds is appended', async () => (await appended()) === 2);
      const restore = await backUpEtcd(etcd);
      await writeFile(followed, `${longRow({ value: '7' })}\n`, { flag: 'a' });
      await eventually('a row more is appended', async () => (await appended()) === 3);
      stream(await fileOf('8.csv', '8'), '--idle');
      await eventually('another file is appended', async () => (await appended()) === 5);
      await restore();
      await eventually('both have ended', () => streamers.every(({ child }) => child.exitCode !== null));
      for (const { ended } of streamers) {
        const { code, stderr } = await ended;
        assert.deepEqual([code, /restored from a backup .*telemetry log recover/.test(stderr)], [1, true], stderr);
      }
    } finally {
      for (const { child } of streamers) child.kill('SIGKILL');
    }
  });

  it('L9: what a supervisor runs stops too, and stays so until everything is started again', async () => {
    const dataDir = join(folder, 'supervised');
    const own = ['--prefix', '/supervised/'];
    assert.equal((await run('stream', await fileOf('4.csv', '4'), ...own)).code, 0);
    const restore = await backUpEtcd(etcd);
    const up = await run('up', ...own, '--port', '0', '--detach', '--data-dir', dataDir);
    assert.equal(up.code, 0, up.stderr);
    try {
      assert.equal((await run('stream', await fileOf('5.csv', '5'), ...own)).code, 0);
      assert.equal((await run('verify', '--wait', '60s', ...own)).code, 0);
      const [origin] = (await runningSystem(dataDir))!.processes.find(({ role }) => role === 'gateway')!.addresses;
      await untilShown(origin!, etcd.endpoints);
      await restore();
      await eventually('all have stopped for good', async () =>
        (await runningSystem(dataDir))!.processes.every(({ state, restarts }) => state === 'failed' && restarts === 0),
      );
    } finally {
      await stopSystem(dataDir);
    }
  });
});
