import assert from 'node:assert/strict';
import { createWriteStream } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { full } from '../support/full-counts.js';
import { peakMegabytes } from '../support/peak-megabytes.js';
import { longHeader, longRow } from '../support/source-texts.js';
import { type RunningTelemetry, type Run, runTelemetry, startTelemetry } from '../support/telemetry.js';
import { useTempFolder } from '../support/temp-folder.js';

const mebibyte = 1 << 20;

/* What an export may be made of by who wants to harm: each is streamed, and what came of it is looked at. */
describe('attacks by sources', function () {
  this.timeout(300_000);
  const etcd = etcdForSuite();
  const folder = useTempFolder();
  let store: readonly string[];
  let running: RunningTelemetry | undefined;
  beforeEach(() => {
    store = ['--etcd', etcd().endpoint, '--prefix', freshPrefix()];
  });
  afterEach(async () => {
    running?.child.kill('SIGKILL');
    await running?.ended;
    running = undefined;
  });

  const run = (...args: readonly string[]): Promise<Run> => runTelemetry([...args, ...store]);
  const write = async (name: string, ...rows: readonly string[]): Promise<string> => {
    const path = join(folder(), name);
    await writeFile(path, [longHeader, ...rows, ''].join('\n'));
    return path;
  };

  it('path traversal: no link, pattern or path leads out of the folders that sources are kept to', async () => {
    const exports = join(folder(), 'exports');
    await Promise.all([mkdir(join(exports, 'inner'), { recursive: true }), mkdir(join(folder(), 'exports-2'))]);
    await write('exports/a.csv', longRow({ uuid: 'GPU-a' }));
    await write('exports/inner/b.csv', longRow({ uuid: 'GPU-b' }));
    const secret = await write('secret.csv', longRow({ uuid: 'GPU-secret' }));
    const beside = await write('exports-2/c.csv', longRow({ uuid: 'GPU-secret', value: '2' }));
    // As a ConfigMap is mounted: a link, but to within.
    await symlink('inner/b.csv', join(exports, 'b.csv'));
    await symlink(secret, join(exports, 'link.csv'));
    await symlink('/proc/self/environ', join(exports, 'environ.csv'));
    await symlink('..', join(exports, 'up'));
    const kept = ['--source-root', exports];
    const whole = await run('stream', exports, '--json', ...kept);
    assert.equal(whole.code, 1);
    const { events, sources } = JSON.parse(whole.stdout) as {
      events: number;
      sources: { path: string; state: string; message?: string }[];
    };
    assert.equal(events, 2, whole.stdout);
    const refused = sources.filter(({ message }) => /stands outside of .*exports/.test(message ?? ''));
    assert.deepEqual(refused.map(({ path }) => path.slice(exports.length + 1)).sort(), ['environ.csv', 'link.csv']);
    const ways = [`${exports}/../secret.csv`, beside, `${exports}/up/exports-2/c.csv`, `${exports}/up/s*.csv`];
    // Each alone in full; a file that several names lead to is one source, so together they are two.
    for (const paths of full ? [ways, ...ways.map((way) => [way])] : [ways]) {
      const { code, stdout } = await run('stream', ...paths, ...kept, '--json');
      const told = JSON.parse(stdout) as { events: number; sources: { message?: string }[] };
      assert.deepEqual([code, told.events, told.sources.length], [1, 0, Math.min(2, paths.length)], stdout);
      for (const { message } of told.sources) assert.match(message ?? '', /stands outside of/);
    }
    running = startTelemetry(['stream', join(exports, 'link.csv'), '--follow', ...kept, ...store]);
    assert.equal((await running.ended).code, 1);
    const archive = join(folder(), 'archive');
    assert.equal((await run('log', 'archive', archive)).code, 0);
    const { code, stderr } = await runTelemetry([
      ...['stream', archive, ...kept, '--etcd', etcd().endpoint, '--prefix', freshPrefix()],
    ]);
    assert.equal(code, 2);
    assert.match(stderr, /archive stands outside of/);
    assert.doesNotMatch((await run('log', 'read')).stdout, /GPU-secret/);
  });

  const bombs = {
    'a record without end': { piece: () => Buffer.alloc(mebibyte), events: 2 },
    // Stopped by its dead letters, before the first append.
    'open quotes': { piece: () => Buffer.from('"\n,'.repeat(mebibyte / 4)), events: 0 },
    'blank lines': { piece: () => Buffer.alloc(mebibyte, '\n'), events: 2 },
  };
  for (const [name, { piece, events: expected }] of Object.entries(bombs).slice(0, full ? undefined : 1))
    it(`compression bombs: ${name}, a thousand times larger than the file, costs no memory`, async () => {
      const file = join(folder(), 'bomb.csv.gz');
      const many = full ? 1_024 : 96;
      const text = function* () {
        yield Buffer.from(`${longHeader}\n${longRow()}\n`);
        for (let at = 0; at < many; at++) yield piece();
        yield Buffer.from(`\n${longRow({ value: '2' })}\n`);
      };
      await pipeline(Readable.from(text()), createGzip(), createWriteStream(file));
      running = startTelemetry(['stream', file, '--idle', '--json', '--max-dead-letters', '5', ...store]);
      const process = running;
      // It is told when it has ended, or waits.
      await eventually('it is read', () => process.stdout.includes('"sources"'), { withinMs: 240_000 });
      const { events, dead_letters: letters } = JSON.parse(process.stdout) as Record<string, number>;
      assert.equal(events, expected, process.stdout);
      assert.ok(letters! <= 5, process.stdout);
      if (process.child.exitCode === null) {
        const peak = await peakMegabytes(process.pid);
        console.log(`      ${String(events)} events, ${String(letters)} dead letters, ${peak.toFixed(0)} MB`);
        assert.ok(peak < 150, `${peak.toFixed(0)} MB`);
      }
    });

  it('log injection: what hosts, labels and files are called makes no line of its own, and moves no cursor', async () => {
    const evil = 'a\u001b[2J\u0007\r\n{"level":50,"msg":"forged"}';
    const path = await write(
      'x\u001b[31m\nforged.csv',
      longRow({ Hostname: evil, uuid: evil, modelName: evil, namespace: evil, labels_raw: 'a="b\u001b[2J\nforged"' }),
      longRow({ timestamp: evil, value: evil, metric_name: evil, uuid: evil }),
    );
    const args = ['stream', path, '--cluster', evil];
    const streamed = await run(...args);
    const texts = [streamed, await run('dead-letters', 'list'), await run('log', 'read'), await run('verify')];
    const [letter] = (await run('dead-letters', 'list', '--json')).stdout.split('\n');
    const { id } = JSON.parse(letter!) as { id: string };
    texts.push(await run('dead-letters', 'show', id), await run('log', 'stats'), await run('projections', 'list'));
    for (const { stdout, stderr } of texts) {
      // eslint-disable-next-line no-control-regex
      assert.doesNotMatch(stdout + stderr, /[\u0000-\u0009\u000b-\u001f]/);
      assert.doesNotMatch(stdout + stderr, /^(\{"level":50|forged)/m);
    }
  });
});
