import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Etcd3 } from 'etcd3';
import { type SpaceGauge } from '../../commands/append/space-port.js';
import { verifyLog } from '../../commands/log/verify-log.js';
import { createClient } from '../../infra/etcd/client.js';
import { spaceGauge } from '../../infra/etcd/space-gauge.js';
import { freshPrefix, startTestEtcd, type TestEtcd } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { never } from '../support/never.js';
import { longHeader, longRow } from '../support/source-texts.js';
import { openTestLog, type TestStreamer, testStreamer } from '../support/streaming.js';

/** etcd's own, and the smaller one that the guard is told of: etcd's figures lag behind what is written. */
const etcdQuotaBytes = 32 * 2 ** 20;
const quotaBytes = 16 * 2 ** 20;

describe('streaming into an etcd that fills up', () => {
  let etcd: TestEtcd;
  let client: Etcd3;
  let folder: string;
  let file: string;
  let prefix: string;
  let streamer: TestStreamer;
  let gauge: SpaceGauge;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'telemetry-full-'));
    file = join(folder, 'rows.csv');
    await writeFile(file, [longHeader, longRow({ value: '1' }), longRow({ value: '2' }), ''].join('\n'));
    etcd = await startTestEtcd({ quotaBytes: etcdQuotaBytes });
    client = createClient({ endpoints: etcd.endpoints });
    prefix = freshPrefix();
    gauge = spaceGauge({ client, endpoints: etcd.endpoints, quotaBytes });
    streamer = await testStreamer({ endpoint: etcd.endpoint, prefix, settings: { gauge } });
  });
  afterEach(async () => {
    streamer.close();
    client.close();
    await etcd.stop();
    await rm(folder, { recursive: true, force: true });
  });

  let written = 0;
  /** A key of somebody else, of 100 kB. */
  const put = async (): Promise<unknown> => client.put(`stranger/${String(written++)}`).value(Buffer.alloc(100_000, 1));

  const figures = async () => {
    const answer = await gauge.read(never);
    assert.ok(answer.kind === 'answered');
    return answer.value;
  };

  /**
   * Fills etcd until so much of its quota is taken, in use or by the file. It counts what is written only when it commits
   * it, ten times a second: without waiting for that, a quick machine would fill it much further than is wanted. By up to
   * 3 % of the quota what is in use falls again when the pages of the last commits are free.
   */
  const fill = async (what: 'usedBytes' | 'fileBytes', share: number): Promise<void> => {
    for (let now = await figures(); now[what] < share * quotaBytes; now = await figures()) {
      const before = now;
      for (let puts = 0; puts < 5; puts++) await put();
      await eventually('they are counted', async () => {
        await client.put('somebody').value('writes');
        return !isDeepStrictEqual(await figures(), before);
      });
    }
  };

  /** Puts keys until etcd takes no more. */
  const fillUp = async (): Promise<never> => {
    for (;;) await put();
  };

  /** Frees what `fill` took. etcd counts freed pages anew when it writes: as the rest of a system does, somebody writes. */
  const free = async (): Promise<void> => {
    await client.delete().prefix('stranger/');
    const { header } = await client.getAll().limit(1).exec();
    await client.kv.compact({ revision: header.revision, physical: true });
    await eventually('the space is free', async () => {
      await client.put('somebody').value('writes');
      const answer = await gauge.read(never);
      return answer.kind === 'answered' && answer.value.usedBytes < 0.5 * quotaBytes;
    });
  };

  const defragment = async (): Promise<void> => void (await client.maintenance.defragment());

  const assertRowsOnce = async (): Promise<void> => {
    const { log, ...reading } = openTestLog(etcd.endpoint, prefix);
    const verdict = await verifyLog(log, never);
    reading.close();
    assert.deepEqual([verdict.faults, verdict.events], [[], 2]);
  };

  it('L8: waits at 80 % of the quota in use, says so, and goes on by itself when space is freed', async () => {
    await fill('usedBytes', 0.86);
    const running = streamer.run([file]);
    await eventually('it waits for space', () => /% .*is in use/.test(streamer.figures.waiting ?? ''));
    assert.equal(streamer.figures.appends, 0);
    await free();
    assert.deepEqual(
      (await running).map(({ outcome }) => outcome.kind),
      ['done'],
    );
    assert.equal(streamer.figures.waiting, undefined);
    await assertRowsOnce();
  });

  it('L8: waits when the file has reached 95 % of the quota though little of it is in use, and names the cure', async () => {
    await fill('fileBytes', 1);
    await free();
    const running = streamer.run([file]);
    await eventually('it waits for space', () => /defragment/.test(streamer.figures.waiting ?? ''));
    await defragment();
    assert.deepEqual(
      (await running).map(({ outcome }) => outcome.kind),
      ['done'],
    );
    await assertRowsOnce();
  });

  it("L8: reads the quota from etcd's metrics where it is not given", async () => {
    const answer = await spaceGauge({ client, endpoints: etcd.endpoints, quotaBytes: undefined }).read(never);
    assert.ok(answer.kind === 'answered');
    assert.equal(answer.value.quotaBytes, etcdQuotaBytes);
    const { fileBytes, usedBytes } = answer.value;
    assert.ok(usedBytes > 0 && usedBytes <= fileBytes);
  });

  it('L8: survives a full etcd: waits, then appends every row once', async () => {
    const unguarded = await testStreamer({ endpoint: etcd.endpoint, prefix });
    try {
      await assert.rejects(fillUp(), /space exceeded/);
      const running = unguarded.run([file]);
      await eventually('it waits for space', () => /etcd is full/.test(unguarded.figures.waiting ?? ''));
      await client.delete().prefix('stranger/');
      const { header } = await client.getAll().limit(1).exec();
      await client.kv.compact({ revision: header.revision, physical: true });
      await defragment();
      await disarm(client);
      assert.deepEqual(
        (await running).map(({ outcome }) => outcome.kind),
        ['done'],
      );
      await assertRowsOnce();
    } finally {
      unguarded.close();
    }
  });
});

const disarm = async (client: Etcd3): Promise<void> => {
  const { header } = await client.maintenance.status();
  await client.maintenance.alarm({ action: 'Deactivate', memberID: header.member_id, alarm: 'Nospace' });
};
