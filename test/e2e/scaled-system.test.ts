import assert from 'node:assert/strict';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { isRunning } from '../../infra/processes/process-identity.js';
import { runningSystem } from '../../infra/supervisor/running-system.js';
import { stopSystem } from '../../infra/supervisor/stop-system.js';
import { type SystemState } from '../../infra/supervisor/system-state.js';
import { type SystemStatus } from '../../infra/supervisor/system-status.js';
import { ask, type GpuView } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { full } from '../support/full-counts.js';
import { startArguments } from '../support/start-arguments.js';
import { systemIn } from '../support/system-in.js';
import { runTelemetry, startTelemetry } from '../support/telemetry.js';
import { writeExport } from '../support/write-export.js';

const sampleRows = 2_470;

describe('a system of all roles', function () {
  this.timeout(full ? 900_000 : 300_000);
  let dataDir: string;
  const folder = (): string => dataDir;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'gpu-telemetry-scaled-'));
  });
  afterEach(async () => {
    await stopSystem(dataDir);
    await rm(dataDir, { recursive: true, force: true });
  });
  const here = (): readonly string[] => ['--data-dir', folder()];
  const environment = (): NodeJS.ProcessEnv => ({ TELEMETRY_DATA_DIR: folder(), TELEMETRY_PORT: '0' });

  const { status } = systemIn(folder);
  const scale = async (...wanted: readonly string[]): Promise<readonly string[]> => {
    const run = await runTelemetry(['scale', ...wanted, '--json', ...here()]);
    assert.equal(run.code, 0, run.stderr);
    return (JSON.parse(run.stdout) as { gateways: readonly string[] }).gateways;
  };
  const state = async (): Promise<SystemState> => (await runningSystem(folder()))!;
  const namesOf = ({ processes }: SystemState) => processes.map(({ name }) => name).sort();
  const partitionsOf = ({ processes }: SystemState) =>
    processes.flatMap(({ details }) => (details?.['partitions'] ?? []) as readonly number[]).sort((a, b) => a - b);
  const rowsOf = ({ processes }: SystemState): number =>
    processes.reduce((sum, { details }) => sum + Number(details?.['rows'] ?? 0), 0);
  const everyPartition = Array.from({ length: 16 }, (_, index) => index);

  it('streams the sample again and again as the present, is scaled meanwhile, and loses nothing', async () => {
    const start = startTelemetry(startArguments(), environment());
    try {
      await eventually('it says what runs and where', () => start.stdout.includes('Query API: http://'));
      for (const name of ['etcd-1', 'streamer-1', 'collector-1', 'gateway-1']) assert.ok(start.stdout.includes(name));
      const [gateway] = (await status()).gateways;
      await eventually('every GPU is active', async () => {
        const gpus = await ask<GpuView[]>(gateway!, '/api/v1/gpus?status=active');
        return gpus.total === 247 && gpus.data.every(({ last_seen: at }) => Date.parse(at) > Date.now() - 60_000);
      });
      await eventually('it streams again', async () => rowsOf(await state()) > sampleRows);

      const [collectors, others] = full ? [3, 2] : [2, 1];
      const gateways = await scale(`collectors=${collectors}`, `gateways=${others}`, `streamers=${others}`);
      assert.equal(gateways.length, others);
      await eventually('all collectors share the partitions', async () => {
        const now = await state();
        const busy = now.processes.filter(({ details }) => ((details?.['partitions'] ?? []) as unknown[]).length >= 5);
        // Each tells what it owns by itself, so for a moment two may name the same partition.
        return busy.length === collectors && isDeepStrictEqual(partitionsOf(now), everyPartition);
      });
      for (const { role, addresses } of (await state()).processes) {
        if (role !== 'streamer' && role !== 'collector') continue;
        const text = await (await fetch(addresses[0]!)).text();
        assert.match(text, new RegExp(`^telemetry_${role}_events_total \\d`, 'm'));
      }
      const seen = (await status()).log!.events;
      assert.ok(seen > sampleRows);
      await eventually('data flows on', async () => rowsOf(await state()) > seen);
      for (const url of gateways) assert.equal((await ask<GpuView[]>(url, '/api/v1/gpus')).total, 247);

      await scale('collectors=1', 'gateways=1', 'streamers=0');
      assert.deepEqual(namesOf(await state()), ['collector-1', 'etcd-1', 'gateway-1']);
      await eventually('the books are in order', async () => {
        const verify = await runTelemetry(['verify', '--json', ...here()]);
        const { ok, rows, events } = JSON.parse(verify.stdout) as { ok: boolean; rows: number; events: number };
        return ok && rows === events && rows > seen;
      });

      const { processes } = await state();
      const asked = Date.now();
      start.child.kill('SIGINT');
      assert.equal((await start.ended).code, 0, start.stderr);
      console.log(`      stopped in ${String(Date.now() - asked)} ms`);
      for (const { identity } of processes) assert.ok(identity && !(await isRunning(identity)));
    } finally {
      start.child.kill('SIGKILL');
    }
  });

  // With fewer counts this is left to streamers within one process, and to copies that are scaled under fire.
  (full ? it : it.skip)(
    'S1, S4, P6: imports every row of a file once, however many of each role there are from one moment to the next',
    async () => {
      const file = join(folder(), 'export.csv');
      // At the pace of its observations it lasts five minutes: it is not over before it is told to hurry.
      const [gpus, steps, metrics] = [50, 300, 10];
      const options = { gpus, hosts: 5, steps, seed: 3, interval: 1, start: 1_750_000_000_000, shuffle: false };
      await writeExport(file, options);
      const total = gpus * steps * metrics;
      const ranges = { TELEMETRY_SPLIT_ABOVE: '1MiB', TELEMETRY_LANE_TTL: '2s', TELEMETRY_LEASE: '2s' };
      const system = ['--source', file, '--speed', '1x', '--cluster', 'imported', '--detach'];
      const up = await runTelemetry(['up', ...system, ...here()], { ...environment(), ...ranges });
      assert.equal(up.code, 0, up.stderr);
      const appended = async (): Promise<number> => (await status()).log!.events;
      const counts: number[] = [];
      const copies = [
        [2, 2, 2],
        [1, 1, 1],
        [3, 3, 3],
      ] as const;
      for (let round = 0; round < 10; round++)
        for (const [streamers, collectors, gateways] of copies) {
          await scale(`streamers=${streamers}`, `collectors=${collectors}`, `gateways=${gateways}`);
          await eventually('every streamer reads a range, and every partition has one collector', async () => {
            const now = await state();
            const reading = now.processes.filter(
              ({ role, details }) => role === 'streamer' && Number(details?.['rows']) > 0,
            );
            return reading.length === streamers && isDeepStrictEqual(partitionsOf(now), everyPartition);
          });
          const before = await appended();
          await eventually('data flows on', async () => (await appended()) > before);
          counts.push(before);
          assert.ok(before < total, 'the import is not over');
        }
      // One more streamer, in a hurry, takes what is free; and what the others have begun when they are told to stop.
      const { endpoints } = (await status()).etcd;
      const hurried = ['stream', file, '--cluster', 'imported', '--json', '--etcd', endpoints.join(',')];
      const stream = startTelemetry(hurried, ranges);
      try {
        await scale('streamers=0', 'collectors=2', 'gateways=1');
        const { code, stderr } = await stream.ended;
        assert.equal(code, 0, stderr);
      } finally {
        stream.child.kill('SIGKILL');
      }
      const verified = await runTelemetry(['verify', '--json', '--wait', '120s', ...here()]);
      const { ok, rows, events, dead_letters: letters } = JSON.parse(verified.stdout) as Record<string, unknown>;
      assert.deepEqual([ok, rows, events, letters], [true, total, total, 0], verified.stdout);
      assert.equal((await runTelemetry(['projections', 'verify', ...here()])).code, 0);
      console.log(`      events when scaled: ${counts.join(', ')} of ${String(total)}`);
    },
  );

  it('refuses to be scaled when nothing runs, or to what it may not have', async () => {
    const nothing = await runTelemetry(['scale', 'collectors=2', ...here()]);
    assert.equal(nothing.code, 1);
    assert.match(nothing.stderr, /^Nothing runs on .* Start a system with: telemetry up/);
    const bad = await runTelemetry(['scale', 'etcd=3', 'gateways=11', ...here()]);
    assert.equal(bad.code, 2);
    assert.match(bad.stderr, /"etcd=3" is not ROLE=N.*\n {2}and gateways=11; accepted: a whole number from 1 to 10/);
  });

  it('shows its status until Ctrl-C; comes up with as many copies as it had when its supervisor was killed, and with one of each after an end', async () => {
    const upAgain = async (): Promise<readonly string[]> => {
      const up = await runTelemetry(['up', '--gateways', '0', '--detach', ...here()]);
      assert.equal(up.code, 0, up.stderr);
      return namesOf(await state());
    };
    await upAgain();
    const watch = startTelemetry(['status', '--watch', '--every', '100ms', '--json', ...here()]);
    const plain = startTelemetry(['status', '--watch', '--every', '100ms', ...here()]);
    try {
      const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;
      await eventually('three lines', () => count(watch.stdout, /\n/g) >= 3);
      await eventually('three tables', () => count(plain.stdout, /^collector-1 +running /gm) >= 3);
      for (const one of [watch, plain]) one.child.kill('SIGINT');
      const [json, text] = await Promise.all([watch.ended, plain.ended]);
      assert.deepEqual([json.code, text.code], [0, 0], json.stderr + text.stderr);
      for (const line of json.stdout.trimEnd().split('\n')) {
        assert.deepEqual((JSON.parse(line) as SystemStatus).log, { partitions: 16, lanes: 0, segments: 0, events: 0 });
      }
      assert.ok(!text.stdout.includes('\u001b'));

      const sourceless = await runTelemetry(['scale', 'streamers=2', 'collectors=2', ...here()]);
      assert.equal(sourceless.code, 1);
      assert.match(sourceless.stderr, /this system streams nothing: start it with --source\. Nothing was changed\./);
      assert.deepEqual(namesOf(await state()), ['collector-1', 'etcd-1']);
    } finally {
      for (const one of [watch, plain]) one.child.kill('SIGKILL');
    }
    await scale('collectors=2');
    const { supervisor } = await state();
    process.kill(supervisor.pid, 'SIGKILL');
    assert.deepEqual(await upAgain(), ['collector-1', 'collector-2', 'etcd-1']);
    assert.equal((await runTelemetry(['down', ...here()])).code, 0);
    assert.deepEqual(await upAgain(), ['collector-1', 'etcd-1']);
    assert.equal((await runTelemetry(['down', '--purge', ...here()])).code, 0);
    await assert.rejects(access(folder()));
  });
});
