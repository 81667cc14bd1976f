import assert from 'node:assert/strict';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { makePipe, openForReader } from '../support/named-pipe.js';
import { longHeader, longRow } from '../support/source-texts.js';
import { portOf, startTcpProxy } from '../support/tcp-proxy.js';
import { type RunningTelemetry, runTelemetry, startTelemetry } from '../support/telemetry.js';
import { useTempFolder } from '../support/temp-folder.js';

describe('named pipes as sources', function () {
  this.timeout(120_000);
  const etcd = etcdForSuite();
  const folder = useTempFolder();
  let store: readonly string[];
  let file: string;
  let pipe: string;
  let started: RunningTelemetry[];

  beforeEach(async () => {
    store = ['--etcd', etcd().endpoint, '--prefix', freshPrefix()];
    started = [];
    [file, pipe] = [join(folder(), 'rows.csv'), join(folder(), 'rows.pipe')];
    await writeFile(file, `${longHeader}\n${longRow()}\n`);
    makePipe(pipe);
  });
  afterEach(() => {
    for (const { child } of started) child.kill('SIGKILL');
  });

  const stream = (...args: readonly string[]): RunningTelemetry => {
    const one = startTelemetry(['stream', ...store, ...args]);
    started.push(one);
    return one;
  };
  const events = async (): Promise<number> => {
    const { code, stdout } = await runTelemetry(['log', 'stats', '--json', ...store]);
    // There is no log before the first streamer has made it.
    return code === 0 ? (JSON.parse(stdout) as { readonly events: number }).events : 0;
  };

  for (const threads of ['1', '2'])
    it(`S1: nobody writes to one: who waits for that ends when told to (${threads} threads)`, async () => {
      // More of them than Node has threads for its files: whatever else there is to read is read all the same.
      const others = ['a', 'b', 'c', 'd', 'e'].map((name) => join(folder(), `${name}.pipe`));
      others.forEach(makePipe);
      const grows = join(folder(), 'grows.csv');
      await writeFile(grows, `${longHeader}\n${longRow({ value: '2' })}\n`);
      const one = stream(file, pipe, '--threads', threads);
      const followed = stream(...others, grows, '--follow', '--threads', threads);
      await eventually('both files are in the log', async () => (await events()) === 2);
      for (const { child } of started) child.kill('SIGTERM');
      const { code, stderr } = await one.ended;
      assert.equal(code, 1, stderr);
      assert.match(stderr, /rows\.pipe: stopped before its end/);
      assert.equal((await followed.ended).code, 0);
    });

  it('S1: who has opened one and writes nothing more does not keep a streamer that is told to stop', async () => {
    const one = stream(pipe);
    const writer = await openForReader(pipe);
    try {
      await writer.write(`${longHeader}\n${longRow()}\n${longRow({ value: '2' })}\n"2025`);
      await eventually('what was written is in the log', async () => (await events()) === 2);
      one.child.kill('SIGINT');
      const { code, stderr } = await one.ended;
      assert.equal(code, 1, stderr);
      assert.match(stderr, /5 bytes \(0 lines\) were read from .*rows\.pipe and are not known to be appended/);
    } finally {
      await writer.close();
    }
  });

  for (const threads of ['1', '2'])
    it(`S2: one that comes in the place of a file that is read is not waited for (${threads} threads)`, async () => {
      // By ranges, for each of which it is opened anew.
      const rows = Array.from({ length: 30_000 }, (_, row) => longRow({ value: String(row) }));
      await writeFile(file, [longHeader, ...rows, ''].join('\n'));
      // What it appends goes through this process: it cannot get to the last range before the pipe is there.
      const proxy = await startTcpProxy(portOf(etcd().endpoint));
      try {
        const one = stream(file, '--threads', threads, '--split-above', '1MiB', '--etcd', proxy.endpoint);
        await eventually('it is read', () => one.stderr.includes('reading range 2 of'), { everyMs: 1 });
        proxy.holdRequests();
        await rename(pipe, file);
        proxy.pass();
        const { code, stderr } = await one.ended;
        assert.equal(code, 1, stderr);
        assert.match(stderr, /rows\.csv.*the file was removed or replaced/);
      } finally {
        await proxy.close();
      }
    });
});
