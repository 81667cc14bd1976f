import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Etcd3 } from 'etcd3';
import { next } from '../../domain/revision.js';
import { createClient } from '../../infra/etcd/client.js';
import { follow } from '../../infra/etcd/follow.js';
import { keysIn } from '../../infra/etcd/key-path.js';
import { livingMembers } from '../../infra/etcd/living-members.js';
import { headRevision } from '../../infra/etcd/range.js';
import { freePort } from '../../infra/processes/free-port.js';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { never } from '../support/never.js';
import { portOf, startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';

const run = promisify(execFile);

describe('members of etcd of which one takes connections and is silent', () => {
  const etcd = etcdForSuite();
  let ways: TcpProxy[];
  let client: Etcd3;
  let prefix: string;
  beforeEach(async () => {
    ways = [await startTcpProxy(portOf(etcd().endpoint)), await startTcpProxy(portOf(etcd().endpoint))];
    client = createClient({ endpoints: ways.map(({ endpoint }) => endpoint), deadlineMs: 1_500 });
    prefix = freshPrefix();
  });
  afterEach(async () => {
    client.close();
    for (const way of ways) await way.close();
  });

  const fails = (): Promise<boolean> =>
    client.kv.range({ key: Buffer.from(prefix) }).then(
      () => false,
      () => true,
    );
  /** How many of some calls fail, one after the other. */
  const failuresOf = async (calls: number): Promise<number> => {
    let failures = 0;
    for (let call = 0; call < calls; call++) if (await fails()) failures++;
    return failures;
  };

  it('L8: after a call that it did not answer calls go by the others, and by it again when it answers', async () => {
    const [silent, other] = ways as [TcpProxy, TcpProxy];
    assert.equal(await failuresOf(10), 0);
    silent.freeze();
    await eventually('a call has failed', fails);
    const failures = await failuresOf(40);
    assert.ok(failures < 5, `${String(failures)} of 40 calls have failed`);
    silent.pass();
    await eventually('it is trusted again', () => !livingMembers(client)!.isDoubtedAt(silent.endpoint));
    other.freeze();
    await eventually('a call has failed', fails);
    assert.ok((await failuresOf(40)) < 5);
  });

  it('L8: keep a process alive that waits for nothing but a call, while none can be reached', async () => {
    const endpoints = await Promise.all([freePort(), freePort()]);
    const client = new URL('../../infra/etcd/client.js', import.meta.url).href;
    const program = `
      import { createClient } from '${client}';
      const client = createClient({ endpoints: ${JSON.stringify(endpoints.map((port) => `http://127.0.0.1:${String(port)}`))} });
      for (let call = 0; call < 3; call++) await client.kv.range({ key: Buffer.from('key') }).catch(() => undefined);
      console.log('went on after each');
      client.close();
    `;
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program]);
    assert.equal(stdout, 'went on after each\n');
  });

  it('L8: where none answers calls fail as they would, and are answered when one does', async () => {
    for (const way of ways) way.freeze();
    assert.equal(await failuresOf(2), 2);
    ways[1]!.pass();
    await eventually('calls are answered', async () => !(await fails()));
  });

  it('P5: watches by it are given up when their signs are due, though they may be quiet for an hour', async () => {
    const stop = new AbortController();
    const head = await headRevision(client, never);
    const heard = new Set<number>();
    const following = Array.from({ length: 12 }, async (_, one) => {
      const options = { progressEveryMs: 100, silenceMs: 3_600_000, openMs: 60_000 };
      for await (const item of follow(client, keysIn(prefix), next(head), stop.signal, options))
        if (item.kind === 'changes') heard.add(one);
    });
    const direct = createClient({ endpoints: etcd().endpoints });
    const allHear = async (value: string): Promise<void> => {
      heard.clear();
      await direct.put(`${prefix}a`).value(value);
      await eventually('all have heard', () => heard.size === following.length);
    };
    try {
      await allHear('before');
      ways[0]!.freeze();
      await allHear('after');
    } finally {
      stop.abort();
      await Promise.all(following);
      direct.close();
    }
  });
});
