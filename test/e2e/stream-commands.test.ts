import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { exportText } from '../../data/passes.js';
import { createClient } from '../../infra/etcd/client.js';
import { Keys } from '../../infra/etcd/keys.js';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { longHeader, longRow } from '../support/source-texts.js';
import { portOf, startTcpProxy } from '../support/tcp-proxy.js';
import { type Run, runTelemetry, startTelemetry } from '../support/telemetry.js';

describe('telemetry stream, log and dead-letters', () => {
  const etcd = etcdForSuite();
  let folder: string;
  let file: string;
  let store: readonly string[];
  let prefix: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'telemetry-commands-'));
    file = join(folder, 'rows.csv');
    const lines = [longRow({ value: '1.50' }), longRow({ value: '' }), longRow({ Hostname: 'host-2', value: '7' })];
    await writeFile(file, [longHeader, ...lines, ''].join('\n'));
  });
  after(() => rm(folder, { recursive: true, force: true }));
  beforeEach(() => {
    prefix = freshPrefix();
    store = ['--etcd', etcd().endpoint, '--prefix', prefix];
  });

  const sample = fileURLToPath(new URL('../../../data/dcgm_metrics_sample.csv', import.meta.url));
  const run = (...args: readonly string[]): Promise<Run> => runTelemetry([...args, ...store]);
  const json = ({ stdout }: Run): Record<string, unknown> => JSON.parse(stdout) as Record<string, unknown>;
  const lines = ({ stdout }: Run): readonly string[] => stdout.split('\n').filter(Boolean);

  it('streams a file, tells what became of it, and has nothing to do the second time', async () => {
    const first = await run('stream', file, '--json');
    assert.equal(first.code, 0, first.stderr);
    const { ok, rows, events, dead_letters, applied_earlier, sources } = json(first);
    assert.deepEqual(
      { ok, rows, events, dead_letters, applied_earlier },
      { ok: true, rows: 3, events: 2, dead_letters: 1, applied_earlier: 0 },
    );
    assert.deepEqual(sources, [{ path: file, outcome: 'done', message: '' }]);
    const second = await run('stream', file);
    assert.deepEqual([second.code, /nothing|already/.test(second.stderr)], [0, true], second.stderr);
  });

  it('reaches an etcd on this machine without the proxy of the environment', async () => {
    const nobody = 'http://127.0.0.1:9';
    const environment = {
      grpc_proxy: nobody,
      https_proxy: nobody,
      http_proxy: nobody,
      no_grpc_proxy: '',
      no_proxy: '',
    };
    const streaming = startTelemetry(['stream', file, '--json', ...store], environment);
    try {
      await eventually('it ends or waits', () => streaming.child.exitCode !== null || /waiting/.test(streaming.stderr));
      assert.doesNotMatch(streaming.stderr, /waiting/);
      assert.equal(json(await streaming.ended)['rows'], 3);
    } finally {
      streaming.child.kill('SIGKILL');
    }
  });

  it('S1, S2: an import that is ended by a signal in the middle is gone on with, each row once', async () => {
    const large = join(folder, 'large.csv');
    const [steps, gpus] = [300, 64];
    const text = exportText({
      gpus,
      hosts: 8,
      steps,
      seed: 5,
      interval: 1,
      start: Date.UTC(2025, 0, 1),
      shuffle: false,
    });
    await writeFile(large, text);
    const client = createClient({ endpoints: [etcd().endpoint] });
    const watcher = await client.watch().prefix(`${prefix}log/`).create();
    // What is appended goes through this process: it cannot come to its end before this one has sent the signal.
    const proxy = await startTcpProxy(portOf(etcd().endpoint));
    try {
      for (let round = 0; round < 3; round++) {
        const options = ['--batch-rows', '20000', '--prefix', prefix, '--etcd', proxy.endpoint];
        const one = startTelemetry(['stream', large, ...options]);
        watcher.once('put', () => void one.child.kill('SIGTERM'));
        const { stderr } = await one.ended;
        assert.doesNotMatch(stderr, /differs/);
        const { events } = json(await run('log', 'stats', '--json'));
        assert.ok(Number(events) > 0);
        if (round === 0) assert.ok(Number(events) < steps * gpus * 10, 'it was not ended in the middle');
      }
    } finally {
      await watcher.cancel();
      client.close();
      await proxy.close();
    }
    const last = await run('stream', large, '--json');
    assert.equal(last.code, 0, last.stderr);
    assert.equal(json(await run('log', 'stats', '--json'))['events'], steps * gpus * 10);
    assert.equal((await run('log', 'verify')).code, 0);
  });

  it('S1: streams to the end where nobody reads any more what it says, and ends with 0 for that alone', async () => {
    for (const output of ['stderr', 'stdout'] as const) {
      const own = ['--etcd', etcd().endpoint, '--prefix', freshPrefix()];
      const streaming = startTelemetry(['stream', sample, file, ...own]);
      streaming.child[output]!.destroy();
      assert.equal((await streaming.ended).code, 0);
      assert.equal(json(await runTelemetry(['log', 'stats', '--json', ...own]))['events'], 2_472, output);
    }
  });

  it('appends the same from a thread of its own as from one thread: the log exports to one text', async () => {
    const texts: string[] = [];
    for (const threads of ['1', '2']) {
      const own = ['--etcd', etcd().endpoint, '--prefix', freshPrefix()];
      const streamed = await runTelemetry(['stream', sample, file, '--threads', threads, '--json', ...own]);
      assert.deepEqual([streamed.code, json(streamed)['events']], [0, 2_472], streamed.stderr);
      texts.push((await runTelemetry(['log', 'export', '--format', 'csv', ...own])).stdout);
    }
    assert.ok(texts[0]!.length > 100_000);
    assert.ok(texts[0] === texts[1]);
  });

  it('S1: reads a named pipe once, from its first byte, whatever thread reads files', async () => {
    const pipe = join(folder, 'rows.pipe');
    execFileSync('mkfifo', [pipe]);
    const rows = Array.from({ length: 5_000 }, (_, at) => longRow({ value: String(at) }));
    const streaming = run('stream', pipe, file, '--threads', '2', '--json');
    await writeFile(pipe, [longHeader, ...rows, ''].join('\n'));
    const { code, stdout, stderr } = await streaming;
    assert.equal(code, 0, stderr);
    assert.equal((JSON.parse(stdout) as { readonly events: number }).events, rows.length + 2);
  });

  it('counts, reads and checks the log', async () => {
    await run('stream', file);
    const stats = json(await run('log', 'stats', '--json'));
    assert.deepEqual([stats['partitions'], stats['events'], stats['unreadable']], [16, 2, []]);
    const read = lines(await run('log', 'read')).map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.deepEqual(read.map(({ Hostname, value }) => [Hostname, value]).sort(), [
      ['host-1', '1.50'],
      ['host-2', '7'],
    ]);
    const filtered = lines(await run('log', 'read', '--hostname', 'host-2', '--start', '2025-07-18T20:42:34Z'));
    assert.equal(filtered.length, 1);
    assert.deepEqual(lines(await run('log', 'read', '--end', '2025-07-18T20:42:33Z')), []);
    const verdict = await run('log', 'verify', '--json');
    assert.deepEqual([verdict.code, json(verdict)['ok']], [0, true]);
  });

  it('L4: log export gives the sample file back, every row and column of it', async () => {
    await run('stream', sample);
    const exported = await run('log', 'export', '--format', 'csv');
    assert.equal(exported.code, 0, exported.stderr);
    const records = (text: string) => parse(text).map((row) => JSON.stringify(row));
    const [header, ...rows] = records(exported.stdout);
    const [known, ...expected] = records(await readFile(sample, 'utf8'));
    assert.equal(header, known);
    assert.equal(expected.length, 2_470);
    assert.deepEqual(rows.sort(), expected.sort());
    const hot = await run('log', 'export', '--format', 'ndjson', '--metric', 'temperature');
    const temperatures = expected.filter((row) => row.includes('"DCGM_FI_DEV_GPU_TEMP"'));
    assert.equal(lines(hot).length, temperatures.length);
    assert.equal((await run('log', 'export', '--format', 'ndjson', '--spreadsheet')).code, 2);
  });

  it('L6, L2: log verify names the key of a damaged segment and of a missing one, and exits 1', async () => {
    await run('stream', file);
    const client = createClient({ endpoints: etcd().endpoints });
    try {
      const keys = await client.getAll().prefix(new Keys(prefix).log.start).keys();
      assert.equal(keys.length, 2);
      await client.put(keys[0]!).value('no segment');
      const damaged = await run('log', 'verify', '--json');
      assert.equal(damaged.code, 1);
      assert.ok((json(damaged)['faults'] as string[]).some((fault) => fault.startsWith(keys[0]!)));
      assert.equal((await run('log', 'read')).code, 1);
      await client.delete().key(keys[0]!);
      const torn = await run('log', 'verify');
      assert.equal(torn.code, 1);
      assert.match(torn.stdout, /its batch has 2 segments and 1 of them/);
    } finally {
      client.close();
    }
  });

  it('S3: lists and shows what was refused', async () => {
    await run('stream', file);
    const [letter, ...more] = lines(await run('dead-letters', 'list', '--json')).map(
      (line) => JSON.parse(line) as Record<string, unknown>,
    );
    assert.equal(more.length, 0);
    const { id, row, path, raw } = letter!;
    assert.deepEqual([row, path], [2, file]);
    assert.equal(
      Buffer.from(raw as string, 'base64')
        .toString()
        .trimEnd(),
      longRow({ value: '' }),
    );
    const shown = await run('dead-letters', 'show', id as string);
    assert.ok(shown.stdout.includes('row 2') && shown.stdout.includes('value'), shown.stdout);
    assert.equal((await run('dead-letters', 'show', `${'0'.repeat(32)}/7`)).code, 1);
    assert.equal((await run('dead-letters', 'show', 'nonsense')).code, 2);
  });

  it('exits 1 for a source that is refused and still streams the others, 2 for one that is not there', async () => {
    const wrong = join(folder, 'wrong.csv');
    await writeFile(wrong, 'a,b\n1,2\n');
    const refused = await run('stream', wrong, file, '--json');
    assert.equal(refused.code, 1);
    const { events, sources } = json(refused);
    assert.equal(events, 2);
    assert.deepEqual(
      (sources as { outcome: string }[]).map(({ outcome }) => outcome),
      ['refused', 'done'],
    );
    assert.equal((await run('stream', join(folder, 'absent.csv'))).code, 2);
    assert.equal((await run('stream', '-', '--loop')).code, 2);
    const many = Array.from({ length: 17 }, (_, number) => join(folder, `followed-${String(number)}.csv`));
    await Promise.all(many.map((path) => writeFile(path, '')));
    const tooMany = await run('stream', '--follow', ...many);
    assert.deepEqual([tooMany.code, /17 files; at most 16 can be followed/.test(tooMany.stderr)], [2, true]);
    assert.equal((await run('stream', file, '--batch-rows', '0', '--speed', 'fast')).code, 2);
  });

  it('exits 1 at the limit of dead letters, saying what to do', async () => {
    const stopped = await run('stream', file, '--max-dead-letters', '0');
    assert.equal(stopped.code, 1);
    assert.match(stopped.stderr, /--max-dead-letters/);
  });

  it('follows, and ends with 0 when told to stop; a log that is not there is said', async () => {
    assert.equal((await run('log', 'stats')).code, 1);
    const streamer = startTelemetry(['stream', file, '--follow', '--json', ...store]);
    await eventually('it has streamed', () => streamer.stderr.includes('reading from the beginning'));
    await eventually('its rows are there', async () =>
      (await run('log', 'stats', '--json')).stdout.includes('"events":2'),
    );
    process.kill(streamer.pid, 'SIGTERM');
    const ended = await streamer.ended;
    assert.equal(ended.code, 0, ended.stderr);
    assert.equal(json(ended)['rows'], 3);
  });
});
