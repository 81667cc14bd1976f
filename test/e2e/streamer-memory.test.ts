import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { writeLargeExport } from '../support/large-export.js';
import { peakMegabytes } from '../support/peak-megabytes.js';
import { type RunningTelemetry, startTelemetry } from '../support/telemetry.js';
import { full } from '../support/full-counts.js';

const bound = 150;

describe('memory of a streamer', function () {
  const etcd = etcdForSuite();
  let folder: string;
  let running: RunningTelemetry | undefined;

  before(async function () {
    if (process.platform !== 'linux') this.skip();
    folder = await mkdtemp(join(tmpdir(), 'telemetry-memory-'));
  });
  after(() => folder && rm(folder, { recursive: true, force: true }));
  afterEach(async () => {
    running?.child.kill('SIGKILL');
    await running?.ended;
  });

  const rows = full ? 2_000_000 : 30_000;
  const files = [
    { name: 'whose every row is a new series', series: rows, input: false },
    { name: 'of 50,000 series from standard input', series: 50_000, input: true },
    { name: 'of 2,470 series', series: 2_470, input: false },
    { name: 'of 50,000 series', series: 50_000, input: false },
  ];
  for (const { name, series, input } of full ? files : files.slice(0, 2)) {
    it(`stays under ${String(bound)} MB for ${String(rows)} rows ${name}`, async function () {
      this.timeout(600_000);
      const file = join(folder, `${String(series)}.csv`);
      await writeLargeExport(file, rows, series);
      const store = ['--etcd', etcd().endpoint, '--prefix', freshPrefix()];
      const args = ['stream', input ? '-' : file, '--idle', ...store];
      running = startTelemetry(args, {}, input ? 'pipe' : 'ignore');
      const { pid, child } = running;
      if (input) await pipeline(createReadStream(file), child.stdin!);
      await eventually('all of it is streamed', () => running!.stdout.includes(`${String(rows)} events`), {
        withinMs: 540_000,
      });
      const peak = await peakMegabytes(pid);
      console.log(`      ${peak.toFixed(0)} MB`);
      assert.ok(peak < bound, `${peak.toFixed(0)} MB`);
    });
  }
});
