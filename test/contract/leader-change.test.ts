import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { type Etcd3 } from 'etcd3';
import { type Lane } from '../../domain/ids.js';
import { beginning } from '../../domain/revision.js';
import { createClient } from '../../infra/etcd/client.js';
import { Keys } from '../../infra/etcd/keys.js';
import { EtcdLogReader } from '../../infra/etcd/log-reader.js';
import { sendSignal } from '../../infra/processes/stop-process.js';
import { eventually } from '../support/eventually.js';
import { startTestEtcdCluster, type TestEtcdCluster } from '../support/etcd-cluster.js';
import { entryLine, inLogOrder, LogWriter } from '../support/log-writer.js';

describe('a cluster of three etcd members', () => {
  let etcd: TestEtcdCluster;
  let client: Etcd3;
  const stop = new AbortController();
  before(async () => {
    etcd = await startTestEtcdCluster();
    client = createClient({ endpoints: etcd.endpoints });
  });
  after(async () => {
    stop.abort();
    client.close();
    await etcd.stop();
  });

  /** Which member leads, as the members that answer say. */
  const leader = async (): Promise<number> => {
    for (const { endpoint } of etcd.members) {
      const one = createClient({ endpoints: [endpoint], deadlineMs: 500 });
      const status = await one.maintenance.status().catch(() => undefined);
      one.close();
      if (status === undefined || status.leader === '0') continue;
      for (const [member, { endpoint }] of etcd.members.entries()) {
        const each = createClient({ endpoints: [endpoint], deadlineMs: 500 });
        const own = await each.maintenance.status().catch(() => undefined);
        each.close();
        if (own?.header.member_id === status.leader) return member;
      }
    }
    return -1;
  };

  it('P5: nothing is lost, doubled or reordered when the leader is killed, and when another is stopped for a while', async () => {
    const keys = new Keys('/cluster/');
    const written: string[] = [];
    const read: string[] = [];
    const writers = [0, 1].map((lane) => new LogWriter(client, keys, 4, lane as Lane, written));
    const reader = new EtcdLogReader(client, keys, 4, { progressEveryMs: 200, silenceMs: 1_500 });
    const reading = (async () => {
      for await (const { entries } of reader.follow({ kind: 'everything' }, beginning, stop.signal)) {
        read.push(...entries.map(entryLine));
      }
    })();
    let writing = true;
    const appending = writers.map(async (writer) => {
      while (writing) {
        await writer.append();
        await pause(2);
      }
    });
    const caughtUp = async (more: number) => {
      const wanted = written.length + more;
      await eventually('appending and reading go on', () => read.length >= wanted);
    };
    await caughtUp(20);

    let leading = -1;
    await eventually('there is a leader', async () => (leading = await leader()) >= 0);
    await etcd.members[leading]!.kill();
    await caughtUp(50);
    await etcd.restart(leading);

    await eventually('there is a leader again', async () => (leading = await leader()) >= 0);
    const { pid } = etcd.members[leading]!;
    sendSignal(pid, 'SIGSTOP');
    await caughtUp(50);
    sendSignal(pid, 'SIGCONT');
    await caughtUp(50);

    writing = false;
    await Promise.all(appending);
    await eventually('all is read', () => read.length >= written.length);
    stop.abort();
    await reading;
    assert.deepEqual(read, inLogOrder(written));
  });
});
