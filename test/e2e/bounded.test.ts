import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { runningSystem } from '../../infra/supervisor/running-system.js';
import { stopSystem } from '../../infra/supervisor/stop-system.js';
import { ask, type GpuView } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { readExposition } from '../support/exposition.js';
import { full } from '../support/full-counts.js';
import { startArguments } from '../support/start-arguments.js';
import { systemIn } from '../support/system-in.js';
import { runTelemetry, startTelemetry } from '../support/telemetry.js';

const quotaMebibytes = 16;
const quotaBytes = quotaMebibytes * 2 ** 20;
/** The segments and documents that are written are so many times as large as the quota. */
const times = 3;
const speed = '3000x';
const lookEveryMs = 500;

// Minutes of a stream. With fewer counts retention is shown within one process, and by trims of a running system.
(full ? describe : describe.skip)('a stream that does not end', function () {
  this.timeout(900_000);
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'gpu-telemetry-bounded-'));
  });
  afterEach(async () => {
    await stopSystem(dataDir);
    await rm(dataDir, { recursive: true, force: true });
  });

  const here = (): readonly string[] => ['--data-dir', dataDir];
  const { status } = systemIn(() => dataDir);
  /** Bytes that the processes of a role have sent to etcd, by their own counters. */
  const sent = async (role: string, counter: string): Promise<number> => {
    const processes = (await runningSystem(dataDir))!.processes.filter((one) => one.role === role);
    const texts = processes.map(async ({ addresses }) => (await fetch(addresses[0]!)).text());
    const families = (await Promise.all(texts)).map((text) => readExposition(text).get(counter)!);
    return families.flatMap(({ samples }) => samples).reduce((sum, { value }) => sum + value, 0);
  };
  const written = async (): Promise<number> =>
    (await sent('streamer', 'telemetry_streamer_appended_bytes_total')) +
    (await sent('collector', 'telemetry_collector_written_bytes_total'));

  it('P8, R6, R7: passes the quota several times, and the database stays below it, with the books in order', async () => {
    const usual = startArguments();
    const fast = usual.map((argument, at) => (usual[at - 1] === '--speed' ? speed : argument));
    const environment = { TELEMETRY_DATA_DIR: dataDir, TELEMETRY_PORT: '0' };
    const start = startTelemetry([...fast, '--etcd-quota', `${String(quotaMebibytes)}MiB`], environment);
    try {
      await eventually('it says what runs and where', () => start.stdout.includes('Query API: http://'));
      let [largest, looks] = [0, 0];
      await eventually(
        'much more has been written than the quota',
        async () => {
          const { etcd } = await status();
          assert.notEqual(etcd.state, 'full', JSON.stringify(etcd));
          largest = Math.max(largest, etcd.db_bytes ?? 0);
          looks += 1;
          await pause(lookEveryMs);
          return (await written()) > times * quotaBytes;
        },
        { withinMs: 600_000 },
      );
      assert.ok(largest <= quotaBytes, `the file had ${String(largest)} bytes`);
      await runTelemetry(['scale', 'streamers=0', ...here()]);
      const verify = await runTelemetry(['verify', '--wait', '120s', '--json', ...here()]);
      const verdict = JSON.parse(verify.stdout) as { ok: boolean; partial?: boolean; events: number };
      assert.deepEqual([verdict.ok, verdict.partial], [true, true], verify.stdout);
      const { log, gateways, retention } = await status();
      assert.equal((await ask<GpuView[]>(gateways[0]!, '/api/v1/gpus')).total, 247);
      console.log(
        `      ${((await sent('collector', 'telemetry_collector_written_bytes_total')) / 2 ** 20).toFixed(0)} MiB of documents, ` +
          `${String(verdict.events)} events, ${String(retention?.log.trimmed_events)} of them deleted, ${String(log?.events)} kept; ` +
          `etcd's file ${(largest / quotaBytes).toFixed(2)} of its quota at most, in ${String(looks)} looks`,
      );
    } finally {
      start.child.kill('SIGKILL');
      await start.ended;
    }
  });
});
