import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { longHeader, longRow } from '../support/source-texts.js';
import { portOf, startTcpProxy } from '../support/tcp-proxy.js';
import { program, type Run, runTelemetry, startTelemetry } from '../support/telemetry.js';
import { useTempFolder } from '../support/temp-folder.js';

const sample = fileURLToPath(new URL('../../../data/dcgm_metrics_sample.csv', import.meta.url));

describe('telemetry log archive', function () {
  this.timeout(300_000);
  const etcd = etcdForSuite();
  const folder = useTempFolder();
  let prefix: string;
  let other: string;
  beforeEach(() => {
    [prefix, other] = [freshPrefix(), freshPrefix()];
  });

  const at = (where: string): readonly string[] => ['--etcd', etcd().endpoint, '--prefix', where];
  const run = (...args: readonly string[]): Promise<Run> => runTelemetry([...args, ...at(prefix)]);
  const elsewhere = (...args: readonly string[]): Promise<Run> => runTelemetry([...args, ...at(other)]);
  const json = ({ stdout }: Run): Record<string, unknown> => JSON.parse(stdout) as Record<string, unknown>;
  const rows = ({ stdout }: Run): readonly string[] => stdout.split('\n').slice(1, -1).sort();

  (existsSync('/proc/self') ? it : it.skip)('says at once that there can be no archive in a folder', async () => {
    await run('stream', sample);
    const archiving = startTelemetry(['log', 'archive', '/proc/none/archive', ...at(prefix)]);
    const kill = (): boolean => archiving.child.kill('SIGKILL');
    process.once('exit', kill);
    const { code, stderr } = await archiving.ended;
    process.off('exit', kill);
    assert.equal(code, 1);
    assert.match(stderr, /\/proc\/none\/archive.*: no folder can be made in \/proc\.$/m);
  });

  // With fewer counts archives are written and read, and not streamed from.
  it('S1, L3: what it wrote is streamed into another system once, also when that is killed, and on when it has grown', async () => {
    const archive = join(folder(), 'archive');
    const small = join(folder(), 'small.csv');
    const bad = longRow({ value: 'none', gpu_id: '7' });
    await writeFile(small, `${longHeader}\n${longRow({ value: '1.50' })}\n${bad}\n${bad}\n`);
    await run('stream', sample, '--batch-rows', '200');
    assert.equal(json(await run('log', 'archive', archive, '--file-size', '8KiB', '--json'))['segments'] !== 0, true);
    // What is appended goes through this process: it cannot come to its end before this one has sent the signal.
    const proxy = await startTcpProxy(portOf(etcd().endpoint));
    const options = ['--batch-rows', '100', '--speed', '1x', '--prefix', other, '--etcd', proxy.endpoint];
    const killed = startTelemetry(['stream', archive, ...options]);
    await eventually('a part of it is there', async () =>
      /"events":[1-9]/.test((await elsewhere('log', 'stats', '--json')).stdout),
    );
    killed.child.kill('SIGKILL');
    assert.equal((await killed.ended).code, null, 'it was killed amid the archive');
    await proxy.close();
    const streamed = await elsewhere('stream', archive, '--json');
    assert.equal(streamed.code, 0, streamed.stderr);
    assert.equal(rows(await run('log', 'export')).length, 2_470);
    assert.deepEqual(rows(await elsewhere('log', 'export')), rows(await run('log', 'export')));

    await run('stream', small);
    // Two rows of one text, which become events with one text.
    const letters = (await run('dead-letters', 'list', '--json')).stdout.trim().split('\n');
    assert.equal(letters.length, 2);
    const ids = letters.map((line) => (JSON.parse(line) as { readonly id: string }).id);
    assert.match((await run('dead-letters', 'replay', ...ids, '--set', 'value=3')).stderr, /none runs/);
    await run('stream', small);
    assert.equal((await run('log', 'archive', archive)).code, 0);
    const own = await run('stream', archive);
    assert.deepEqual([own.code, /is an archive of this very log/.test(own.stderr)], [1, true], own.stderr);
    const grown = await elsewhere('stream', archive, '--json');
    assert.deepEqual([grown.code, json(grown)['events']], [0, 3], grown.stderr);
    const read = await run('log', 'read', '--archive', archive);
    assert.equal(read.stdout, (await run('log', 'read')).stdout);
    const verified = json(await elsewhere('log', 'verify', '--json'));
    assert.deepEqual([verified['faults'], verified['events']], [[], 2_473]);
    assert.equal((await elsewhere('verify', '--json')).stdout.includes('"events":2473,"dead_letters":0'), true);
  });

  it('R3, R6: collectors that are given a folder archive the log there, and rebuild from it', async () => {
    const archive = join(folder(), 'archive');
    await run('stream', sample);
    const refused = await run('projections', 'reset', 'gpu', '--from-archive', archive);
    assert.deepEqual([refused.code, /Nothing has been changed/.test(refused.stderr)], [1, true], refused.stderr);
    assert.equal(refused.stderr.split(archive).length, 2, 'the folder is named once');
    const collector = startTelemetry(['collect', ...at(prefix)], { TELEMETRY_ARCHIVE: archive });
    try {
      const files = async () => (await readdir(archive).catch(() => [])).filter((name) => name.endsWith('.segments'));
      await eventually('the log is archived', async () => (await files()).length === 1);
      const both = await run('projections', 'reset', 'gpu', '--from-archive', archive, '--partial');
      assert.equal(both.code, 2, both.stderr);
      await eventually('there is something to rebuild', async () => (await run('verify', '--json')).code === 0);
      const built = await run('projections', 'reset', 'gpu', '--from-archive', archive, '--wait', '--json');
      assert.deepEqual([built.code, json(built)['state']], [0, 'active'], built.stderr);
      const [file] = await files();
      await writeFile(join(archive, file!), 'other bytes');
      const damaged = await run('projections', 'reset', 'host', '--from-archive', archive);
      assert.deepEqual([damaged.code, damaged.stderr.includes(`${file!}: it is damaged`)], [1, true], damaged.stderr);
      assert.equal((await run('verify', '--json')).code, 0);
    } finally {
      process.kill(collector.pid, 'SIGTERM');
      await collector.ended;
    }
  });

  it('R6: where nothing more can be written it says so, leaves nothing half-written, and the next goes on at once', async function () {
    if (process.platform === 'win32') this.skip();
    const archive = join(folder(), 'archive');
    await run('stream', sample);
    const segments = json(await run('log', 'stats', '--json'))['segments'];
    /** As on a disk that takes no file beyond so many KiB: not even the one that says who writes, and a part of a file. */
    const within = async (kibibytes: number): Promise<Run> => {
      const shell = ['-c', `ulimit -f ${String(kibibytes)}; exec "$0" "$@"`, process.execPath, program];
      const child = spawn('bash', [...shell, 'log', 'archive', archive, ...at(prefix)], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const [stdout, stderr, [code]] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, 'close') as Promise<[number | null]>,
      ]);
      return { code, stdout, stderr };
    };
    for (const kibibytes of [0, 2, 0]) {
      const failed = await within(kibibytes);
      assert.deepEqual([failed.code, failed.stderr.includes('file too large')], [1, true], failed.stderr);
      assert.deepEqual(await readdir(archive), [], failed.stderr);
    }
    const written = await run('log', 'archive', archive, '--json');
    assert.deepEqual([written.code, json(written)['segments']], [0, segments], written.stderr);
  });

  it('a damaged file is named with exit code 1, whoever reads it, and the log keeps everything', async () => {
    const archive = join(folder(), 'archive');
    await run('stream', sample);
    await run('log', 'archive', archive);
    const [file] = await readdir(archive);
    await writeFile(join(archive, file!), 'other bytes');
    for (const args of [
      ['log', 'archive', archive],
      ['log', 'read', '--archive', archive],
      ['stream', archive],
    ]) {
      const failed = await run(...args);
      assert.deepEqual([failed.code, failed.stderr.includes(`${file!}: it is damaged`)], [1, true], failed.stderr);
    }
    assert.equal(json(await run('log', 'stats', '--json'))['events'], 2_470);
    assert.equal((await run('log', 'read', '--archive', join(folder(), 'absent'))).code, 1);
  });
});
