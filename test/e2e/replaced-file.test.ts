import assert from 'node:assert/strict';
import { readdir, readFile, readlink, rename, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { full } from '../support/full-counts.js';
import { longHeader, longRow } from '../support/source-texts.js';
import { portOf, startTcpProxy } from '../support/tcp-proxy.js';
import { type Run, runTelemetry, type RunningTelemetry, startTelemetry } from '../support/telemetry.js';
import { useTempFolder } from '../support/temp-folder.js';

const rows = 8_000;
const rounds = full ? 20 : 6;

describe('a file that is replaced while a thread reads files', function () {
  this.timeout(240_000);
  const etcd = etcdForSuite();
  const folder = useTempFolder();
  let prefix: string;
  let path: string;
  let started: RunningTelemetry[];
  let versions: number;

  beforeEach(() => {
    prefix = freshPrefix();
    path = join(folder(), 'rows.csv');
    started = [];
    versions = 0;
    lastThreads = undefined;
  });
  afterEach(() => {
    for (const { child } of started) child.kill('SIGKILL');
  });

  const at = (endpoint = etcd().endpoint): readonly string[] => ['--etcd', endpoint, '--prefix', prefix];
  const run = (...args: readonly string[]): Promise<Run> => runTelemetry([...args, ...at()]);
  const json = ({ stdout }: Run): Record<string, unknown> => JSON.parse(stdout) as Record<string, unknown>;
  const stream = (more: readonly string[], endpoint?: string): RunningTelemetry => {
    const args = ['stream', path, '--json', '--threads', '2', '--batch-rows', '500', ...more, ...at(endpoint)];
    const one = startTelemetry(args);
    started.push(one);
    return one;
  };

  /** Puts another file in the place of what stands there, and keeps a copy of it; gives the copy's path. */
  const replace = async (): Promise<string> => {
    const version = versions++;
    const lines = Array.from({ length: rows }, (_, row) =>
      longRow({ value: String(row), Hostname: `host-${String(version)}` }),
    );
    const text = [longHeader, ...lines, ''].join('\n');
    const [copy, fresh] = [join(folder(), `copy-${String(version)}.csv`), `${path}.fresh`];
    await writeFile(copy, text);
    await writeFile(fresh, text);
    await rename(fresh, path);
    return copy;
  };

  /** Of each version that the log has something of, how many of its rows, each of them once. */
  const stored = async (): Promise<ReadonlyMap<string, number>> => {
    assert.deepEqual(json(await run('log', 'verify', '--json'))['faults'], []);
    const found = new Map<string, Set<string>>();
    for (const line of (await run('log', 'read')).stdout.split('\n').filter(Boolean)) {
      const { Hostname, value } = JSON.parse(line) as { readonly Hostname: string; readonly value: string };
      const values = found.get(Hostname) ?? new Set();
      assert.ok(!values.has(value), `${Hostname} ${value} stands there twice`);
      found.set(Hostname, values.add(value));
    }
    return new Map([...found].map(([version, values]) => [version, values.size]));
  };

  const holds = async ({ pid }: RunningTelemetry): Promise<boolean> => {
    const open = await readdir(`/proc/${String(pid)}/fd`).catch((): string[] => []);
    const targets = await Promise.all(open.map((fd) => readlink(`/proc/${String(pid)}/fd/${fd}`).catch(() => '')));
    return targets.includes(path);
  };

  /** What each thread of a process does, and how often it has stopped doing it: of proc(5). */
  const threads = async ({ pid }: RunningTelemetry): Promise<readonly string[]> => {
    const folder = `/proc/${String(pid)}/task`;
    const texts = (await readdir(folder)).map((id) => readFile(join(folder, id, 'status'), 'utf8').catch(() => ''));
    return (await Promise.all(texts)).map((text) => (text.match(/^(Pid|State|\w*ctxt_switches):.*/gm) ?? []).join());
  };
  /**
   * A file is also held while it is identified, and closed again: only who has slept in all its threads from one look to
   * the next has begun to read it. One that waits for a processor does nothing for long, and does not sleep.
   */
  let lastThreads: string | undefined;
  const waitsWithIt = async (one: RunningTelemetry): Promise<boolean> => {
    const [before, isHeld, now] = [lastThreads, await holds(one), await threads(one)];
    lastThreads = now.join('\n');
    return isHeld && lastThreads === before && now.every((thread) => thread.includes('S (sleeping)'));
  };

  (existsSync('/proc/self/fd') ? it : it.skip)(
    'S1, S2: one that the thread has begun to read is read to its end, and the next run reads its successor',
    async () => {
      const proxy = await startTcpProxy(portOf(etcd().endpoint));
      try {
        await replace();
        proxy.holdRequests();
        const first = stream([], proxy.endpoint);
        await eventually('the thread has read ahead and waits', () => waitsWithIt(first), { everyMs: 50 });
        await replace();
        proxy.pass();
        const { code, stdout, stderr } = await first.ended;
        assert.deepEqual([code, (JSON.parse(stdout) as { events: number }).events], [0, rows], stderr);
        assert.deepEqual(await stored(), new Map([['host-0', rows]]));
        const second = await stream([]).ended;
        assert.equal(second.code, 0, second.stderr);
        assert.deepEqual(
          await stored(),
          new Map([
            ['host-0', rows],
            ['host-1', rows],
          ]),
        );
      } finally {
        await proxy.close();
      }
    },
  );

  it('S1, S2: at whatever moment, what is said is true, and nothing of any version is lost, doubled or mixed', async () => {
    const copies = [await replace()];
    for (let round = 0; round < rounds; round++) {
      const last = versions - 1;
      const more = round % 2 === 0 ? [] : ['--split-above', '1MiB'];
      const one = stream(more);
      const begun = performance.now();
      // From its start to its end.
      const moment = (round / rounds) * 600;
      await eventually('the moment has come', () => performance.now() - begun >= moment, { everyMs: 1 });
      copies.push(await replace());
      const { code, stderr } = await one.ended;
      const outcome = await stored();
      const whole = [last, last + 1].some((version) => outcome.get(`host-${String(version)}`) === rows);
      if (code === 0) assert.ok(whole, `${stderr} ${JSON.stringify([...outcome])}`);
      else assert.match(stderr, /rows\.csv.*(replaced|another file|differs)/s);
    }
    const rest = await run('stream', ...copies, '--json');
    assert.equal(rest.code, 0, rest.stderr);
    assert.deepEqual(await stored(), new Map(copies.map((_, version) => [`host-${String(version)}`, rows])));
  });
});
