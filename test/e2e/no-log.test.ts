import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '../support/eventually.js';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';
import { longHeader, longRow } from '../support/source-texts.js';
import { startTcpProxy } from '../support/tcp-proxy.js';
import { runTelemetry, startTelemetry } from '../support/telemetry.js';
import { useTempFolder } from '../support/temp-folder.js';

/** The environment of a process that is told to stop as soon as it waits for an answer, and not when this one sees that. */
const toldWhenConnected = (signal: NodeJS.Signals): NodeJS.ProcessEnv => ({
  NODE_OPTIONS: `--import=${new URL('../support/told-when-connected.js', import.meta.url).href}`,
  TOLD_WHEN_CONNECTED: signal,
});

describe('telemetry where there is nothing to look at', function () {
  this.timeout(120_000);
  const etcd = etcdForSuite();
  const folder = useTempFolder();
  const at = (prefix: string, ...args: readonly string[]) =>
    runTelemetry([...args, '--etcd', etcd().endpoint, '--prefix', prefix]);

  it('R5: a wrong prefix does not pass for a log that was compared, nor for one without dead letters', async () => {
    const prefix = freshPrefix();
    for (const args of [
      ['projections', 'verify', '--json'],
      ['projections', 'verify', 'gpu'],
      ['dead-letters', 'list'],
      ['log', 'verify'],
      ['verify'],
    ]) {
      const run = await at(prefix, ...args);
      assert.deepEqual([run.code, run.stdout], [1, ''], args.join(' '));
      assert.ok(run.stderr.includes(`There is no log below ${prefix}.`), run.stderr);
    }
  });

  it('R5: a log that nothing has folded is not one whose read models are right', async () => {
    const [prefix, file] = [freshPrefix(), join(folder(), 'rows.csv')];
    await writeFile(file, `${longHeader}\n${longRow({ value: '1' })}\n`);
    assert.equal((await at(prefix, 'stream', file)).code, 0);
    const run = await at(prefix, 'projections', 'verify');
    assert.equal(run.code, 1, run.stdout);
    assert.match(run.stderr, /nothing to compare/);
  });

  it('says of an etcd without certificates that is asked by https what may be meant', async () => {
    const { code, stderr } = await runTelemetry(['log', 'stats', '--etcd', etcd().endpoint.replace('http', 'https')]);
    assert.equal(code, 1);
    assert.match(stderr, /^etcd is unreachable \(https:.*: it speaks no TLS, is it http\?\)/);
  });

  it('says that it was stopped before it had found out what it was asked for', async () => {
    const [prefix, file] = [freshPrefix(), join(folder(), 'more.csv')];
    await writeFile(file, `${longHeader}\n${longRow({ value: '1' })}\n`);
    assert.equal((await at(prefix, 'stream', file)).code, 0);
    const proxy = await startTcpProxy(Number(new URL(etcd().endpoint).port));
    try {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) {
        const args = ['verify', '--wait', '1h', '--etcd', proxy.endpoint, '--prefix', prefix];
        const { code, stdout, stderr } = await startTelemetry(args, toldWhenConnected(signal)).ended;
        assert.deepEqual([code, stdout, stderr], [1, '', `telemetry verify: stopped (${signal}) before it was done\n`]);
        await eventually('its connections are closed', () => proxy.connections === 0);
      }
    } finally {
      await proxy.close();
    }
  });

  it('says that it was stopped, and not that etcd is unreachable, while an etcd is silent', async () => {
    const proxy = await startTcpProxy(Number(new URL(etcd().endpoint).port));
    proxy.freeze();
    try {
      for (const endpoint of [proxy.endpoint, proxy.endpoint.replace('http', 'https')])
        for (const args of [['log', 'stats'], ['projections', 'list'], ['status']]) {
          const running = startTelemetry([...args, '--etcd', endpoint], toldWhenConnected('SIGINT'));
          const { code, stdout, stderr } = await running.ended;
          const told = `telemetry ${args.join(' ')}: stopped (SIGINT) before it was done\n`;
          assert.deepEqual([code, stdout, stderr], [1, '', told]);
          await eventually('its connections are closed', () => proxy.connections === 0);
        }
    } finally {
      await proxy.close();
    }
  });
});
