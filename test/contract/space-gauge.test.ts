import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { type StoreSpace } from '../../domain/store-space.js';
import { createClient } from '../../infra/etcd/client.js';
import { spaceGauge } from '../../infra/etcd/space-gauge.js';
import { headRevision } from '../../infra/etcd/range.js';
import { etcdFigures } from '../../infra/etcd-server/etcd-figures.js';
import { sendSignal } from '../../infra/processes/stop-process.js';
import { startTestEtcd, type TestEtcd } from '../support/etcd.js';
import { startTestEtcdCluster, type TestEtcdCluster } from '../support/etcd-cluster.js';
import { eventually } from '../support/eventually.js';
import { never } from '../support/never.js';

const megabyte = 2 ** 20;

describe('how full etcd is, beside a member that takes connections and says nothing', () => {
  const quotaBytes = 64 * megabyte;
  let etcd: TestEtcd;
  let hung: Server;
  let hungEndpoint: string;
  /** What came first, the answer or the end of the question to the hung one. */
  let order: string[];
  const sockets = new Set<Socket>();
  before(async () => {
    etcd = await startTestEtcd({ quotaBytes });
    hung = createServer((socket) => {
      sockets.add(socket);
      socket.resume().on('error', () => undefined);
      socket.on('close', () => order.push('given up'));
    }).listen(0, '127.0.0.1');
    await once(hung, 'listening');
    hungEndpoint = `http://127.0.0.1:${String((hung.address() as AddressInfo).port)}`;
  });
  beforeEach(() => {
    order = [];
  });
  after(async () => {
    for (const socket of sockets) socket.destroy();
    hung.close();
    await etcd.stop();
  });

  it('is told by the first that answers, and the others are not asked on', async () => {
    const figures = await etcdFigures([hungEndpoint, etcd.endpoint]);
    order.push('answered');
    assert.equal(figures?.quota_bytes, quotaBytes);
    await eventually('the question is given up', () => order.length === 2);
    assert.deepEqual(order, ['answered', 'given up']);
  });

  it('L8: is told by the others, without waiting for it a second time', async () => {
    const client = createClient({ endpoints: etcd.endpoints });
    const gauge = spaceGauge({ client, endpoints: [hungEndpoint, etcd.endpoint], quotaBytes: undefined });
    try {
      for (const first of [true, false]) {
        const answer = await gauge.read(never);
        order.push('answered');
        assert.ok(answer.kind === 'answered');
        assert.equal(answer.value.quotaBytes, quotaBytes);
        await eventually('the question is given up', () => order.length === (first ? 2 : 4));
      }
      assert.deepEqual(order.slice(2), ['answered', 'given up']);
    } finally {
      client.close();
    }
  });

  it('L8: is judged by the quota that was last told when no page is', async () => {
    const client = createClient({ endpoints: etcd.endpoints });
    const endpoints = [etcd.endpoint];
    const gauge = spaceGauge({ client, endpoints, quotaBytes: undefined });
    try {
      await gauge.read(never);
      // As when the pages take too long: what `status` tells has no quota.
      endpoints[0] = hungEndpoint;
      const answer = await gauge.read(never);
      assert.ok(answer.kind === 'answered');
      assert.equal(answer.value.quotaBytes, quotaBytes);
    } finally {
      client.close();
    }
  });
});

describe('how full a cluster of three etcd members is', () => {
  let etcd: TestEtcdCluster;
  before(async () => {
    etcd = await startTestEtcdCluster();
  });
  after(() => etcd.stop());

  it('L8: is told by those that answer: a stopped one is left out, and counts again when it goes on', async () => {
    const client = createClient({ endpoints: etcd.endpoints });
    const gauge = spaceGauge({ client, endpoints: etcd.endpoints, quotaBytes: undefined });
    const space = async (): Promise<StoreSpace> => {
      const answer = await gauge.read(never);
      assert.ok(answer.kind === 'answered');
      return answer.value;
    };
    const [one, other, stopped] = etcd.members;
    try {
      for (let i = 0; i < 64; i++) await client.put(`gone/${String(i)}`).value(Buffer.alloc(megabyte / 8, 1));
      await client.delete().prefix('gone/');
      await client.kv.compact({ revision: String(await headRevision(client, never)), physical: true });
      for (const { endpoint } of [one!, other!]) {
        const each = createClient({ endpoints: [endpoint] });
        // Members compact each by themselves, and who was not asked later: it gives back nothing before.
        await eventually('it has compacted, and given back what that freed', async () => {
          await each.maintenance.defragment({ deadline: Date.now() + 60_000 });
          return Number((await each.maintenance.status()).dbSize) < megabyte;
        });
        each.close();
      }
      const all = await space();
      sendSignal(stopped!.pid, 'SIGSTOP');
      const asked = performance.now();
      const rest = await space();
      console.log(`      told without it after ${(performance.now() - asked).toFixed(0)} ms`);
      assert.ok(rest.fileBytes < megabyte && all.fileBytes > 4 * megabyte, JSON.stringify({ all, rest }));
      assert.equal(rest.quotaBytes, all.quotaBytes);
      sendSignal(stopped!.pid, 'SIGCONT');
      await eventually('it counts again', async () => (await space()).fileBytes === all.fileBytes);
    } finally {
      sendSignal(stopped!.pid, 'SIGCONT');
      client.close();
    }
  });
});
