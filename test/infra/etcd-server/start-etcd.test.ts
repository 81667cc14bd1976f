import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Etcd3 } from 'etcd3';
import { reserveEtcdNodes } from '../../../infra/etcd-server/etcd-nodes.js';
import { isHealthy } from '../../../infra/etcd-server/health.js';
import { type EtcdStart, startEtcd } from '../../../infra/etcd-server/start-etcd.js';
import { freePort } from '../../../infra/processes/free-port.js';
import { runAway } from '../../support/clock-steps.js';
import { startTestEtcd, testEtcdBinary } from '../../support/etcd.js';
import { eventually } from '../../support/eventually.js';

const isGone = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
};

describe('the embedded etcd', () => {
  let folder: string;
  const running: { stop(): Promise<void> }[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'embedded-etcd-'));
  });
  afterEach(async () => {
    for (const etcd of running.splice(0)) await etcd.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const reserve = async (count: 1 | 3 = 1) => {
    const reserved = await reserveEtcdNodes(folder, count);
    assert(reserved.kind === 'reserved');
    return reserved.nodes;
  };
  const start = async (more: Partial<Parameters<typeof startEtcd>[0]> = {}): Promise<EtcdStart> => {
    const [node] = await reserve();
    const outcome = await startEtcd({ binary: await testEtcdBinary(), node: node!, ...more });
    if (outcome.kind === 'started') running.push(outcome.server);
    return outcome;
  };

  it('keeps its data and its ports over a stop and a start', async () => {
    const first = await start();
    assert(first.kind === 'started');
    const client = new Etcd3({ hosts: first.server.endpoint });
    await client.put('kept').value('yes');
    await first.server.stop();
    assert.ok(isGone(first.server.pid));
    const second = await start();
    assert(second.kind === 'started');
    assert.equal(second.server.endpoint, first.server.endpoint);
    assert.equal(await client.get('kept').string(), 'yes');
    client.close();
  });

  it('chooses another port when a stranger took the one it had, and says so', async () => {
    const [before] = await reserve();
    const stranger = createServer().listen(before!.clientPort, '127.0.0.1');
    await once(stranger, 'listening');
    const again = await reserveEtcdNodes(folder, 1);
    stranger.close();
    assert(again.kind === 'reserved');
    assert.notEqual(again.nodes[0]!.clientPort, before!.clientPort);
    assert.equal(again.nodes[0]!.peerPort, before!.peerPort);
    assert.match(again.moved.join(), new RegExp(`port ${String(before!.clientPort)} is taken by another program`));
  });

  it('says which port is taken when it cannot choose', async () => {
    const [node] = await reserve();
    const stranger = createServer().listen(node!.clientPort, '127.0.0.1');
    await once(stranger, 'listening');
    const outcome = await startEtcd({ binary: await testEtcdBinary(), node: node! });
    stranger.close();
    assert(outcome.kind === 'port-taken');
    assert.match(
      outcome.message,
      new RegExp(`Port ${String(node!.clientPort)} of 127.0.0.1, .* for clients, is taken`),
    );
  });

  it('says at once that another etcd has the data folder', async () => {
    const first = await start();
    assert(first.kind === 'started');
    const message = /is locked by another etcd \(.*\)\. Stop it, or use another --data-dir\./;
    const again = await reserveEtcdNodes(folder, 1);
    assert(again.kind === 'locked');
    assert.match(again.message, message);
    // On ports of its own, so that only the folder is in the way.
    const node = { ...first.server.node, clientPort: await freePort(), peerPort: await freePort() };
    const outcome = await startEtcd({ binary: await testEtcdBinary(), node, readyWithinMs: 5_000 });
    assert(outcome.kind === 'locked');
    assert.match(outcome.message, message);
    assert.ok(await isHealthy(first.server.endpoint));
  });

  it('says that a binary is none for this machine', async () => {
    const binary = join(folder, 'not-etcd');
    await writeFile(binary, '\u007fELF for another machine', { mode: 0o755 });
    const outcome = await start({ binary });
    assert(outcome.kind === 'cannot-run');
    assert.match(outcome.message, /^etcd cannot be run on this machine: /);
  });

  it('says why it panicked, and not where in its program', async () => {
    const first = await start();
    assert(first.kind === 'started');
    await first.server.stop();
    await writeFile(join(first.server.node.dataDir, 'member', 'snap', 'db'), 'no database '.repeat(10_000));
    const outcome = await start();
    assert(outcome.kind === 'not-ready');
    assert.match(
      outcome.message,
      /^etcd ended with exit code \d+ while starting: failed to open database: invalid database$/,
    );
  });

  it('is given its time by a clock that nobody sets', async () => {
    const clock = runAway();
    try {
      const outcome = await start();
      assert.equal(outcome.kind, 'started');
    } finally {
      clock.after();
    }
  });

  it('refuses another number of nodes than the folder was set up with', async () => {
    await reserve(1);
    const other = await reserveEtcdNodes(folder, 3);
    assert(other.kind === 'other-size');
    assert.match(other.message, /set up with 1 node\(s\), and 3 were asked for/);
  });

  it('runs three nodes that elect a leader', async () => {
    const nodes = await reserve(3);
    const binary = await testEtcdBinary();
    const outcomes = await Promise.all(nodes.map((node) => startEtcd({ binary, node, cluster: nodes })));
    for (const outcome of outcomes) if (outcome.kind === 'started') running.push(outcome.server);
    assert.deepEqual(
      outcomes.map(({ kind }) => kind),
      ['started', 'started', 'started'],
    );
  });

  it('leaves neither process nor folder behind when the process that started it is killed', async () => {
    const support = new URL('../../support/etcd.js', import.meta.url).href;
    const code = `import { startTestEtcd } from ${JSON.stringify(support)};
      const etcd = await startTestEtcd();
      console.log(JSON.stringify({ pid: etcd.pid, dataDir: etcd.dataDir }));
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const { pid, dataDir } = JSON.parse(line.toString()) as { pid: number; dataDir: string };
    assert.ok(!isGone(pid));
    child.kill('SIGKILL');
    await eventually('etcd ends', () => isGone(pid));
    await eventually('its folder is removed', () =>
      access(dataDir).then(
        () => false,
        () => true,
      ),
    );
  });

  it('comes back with its data when a test kills and restarts it', async () => {
    const etcd = await startTestEtcd();
    running.push(etcd);
    const client = new Etcd3({ hosts: etcd.endpoint });
    await client.put('a').value('1');
    const { pid } = etcd;
    await etcd.kill();
    assert.ok(isGone(pid));
    await etcd.restart();
    assert.notEqual(etcd.pid, pid);
    assert.equal(await client.get('a').string(), '1');
    client.close();
  });
});
