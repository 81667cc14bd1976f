import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { type SystemStatus } from '../../infra/supervisor/system-status.js';
import { ask, untilShown, type Envelope, type GpuView, type MetricView, type RecordView } from '../support/api.js';
import { expectedFleet, type ExpectedGpu, fieldOf, labelsOf } from '../support/expected-fleet.js';
import { runTelemetry } from '../support/telemetry.js';

/** Another export may be given, to hold the system against real data that cannot be committed. */
const path = resolve(process.env['TELEMETRY_TEST_EXPORT'] ?? 'data/dcgm_metrics_sample.csv');

/** Not ours to commit; where it is given, what the system says of it is compared with what is known of it. */
const realExport = 'dcgm_metrics_20250718_134233.csv';

const newestFirst = (a: string, b: string): number => (a < b ? 1 : -1);

/** The newest number of every metric of a GPU, with its time. */
const latestOf = (gpu: ExpectedGpu): Map<string, { value: number; timestamp: string }> => {
  const latest = new Map<string, { value: number; timestamp: string }>();
  for (const timestamp of [...gpu.samples.keys()].sort(newestFirst)) {
    for (const [metric, value] of gpu.samples.get(timestamp)!) {
      if (!latest.has(metric)) latest.set(metric, { value, timestamp });
    }
  }
  return latest;
};

describe("one row's whole way, from the file to the API", function () {
  this.timeout(300_000);
  const expected = expectedFleet(path);
  const gpus = [...expected.gpus.values()];
  let folder: string;
  let gateway: string;
  let endpoints: readonly string[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gpu-telemetry-way-'));
    const up = await runTelemetry(['up', '--source', path, '--detach', '--port', '0', '--data-dir', folder]);
    assert.equal(up.code, 0, up.stderr);
    const status = await runTelemetry(['status', '--json', '--data-dir', folder]);
    const { gateways, etcd } = JSON.parse(status.stdout) as SystemStatus;
    [gateway, endpoints] = [gateways[0]!, etcd.endpoints];
  });

  after(async () => {
    await runTelemetry(['down', '--purge', '--data-dir', folder]);
    await rm(folder, { recursive: true, force: true });
  });

  it('L3, P2: every row is an event, every event is folded once, and every count is that of the file', async () => {
    const run = await runTelemetry(['verify', '--wait', '120s', '--json', '--data-dir', folder]);
    assert.equal(run.code, 0, run.stdout + run.stderr);
    const { rows, records } = expected;
    assert.deepEqual(JSON.parse(run.stdout), {
      ok: true,
      rows,
      events: rows,
      dead_letters: 0,
      folded: { gpu: rows, host: rows, cluster: rows, history: rows, health: rows },
      clusters: 1,
      hosts: expected.hosts.size,
      gpus: gpus.length,
      records,
    });
  });

  it('P2: the documents are those of a second, plain fold', async () => {
    const run = await runTelemetry(['projections', 'verify', '--json', '--data-dir', folder]);
    const verdict = JSON.parse(run.stdout) as { ok: boolean; compared: number; differences: unknown[] };
    assert.deepEqual([run.code, verdict.ok, verdict.differences], [0, true, []], run.stderr);
    assert.ok(verdict.compared > gpus.length, `only ${String(verdict.compared)} documents compared`);
    await untilShown(gateway, endpoints);
  });

  it('lists every GPU with what the file says of it', async () => {
    const list = await ask<GpuView[]>(gateway, '/api/v1/gpus');
    assert.deepEqual([list.count, list.total, list.next_cursor], [gpus.length, gpus.length, undefined]);
    const said = list.data.map(({ id, uuid, hostname, name, device }) => ({ id, uuid, hostname, name, device }));
    const inFile = gpus.map((gpu) => ({
      id: gpu.gpuId,
      uuid: gpu.uuid,
      hostname: gpu.hostname,
      name: gpu.modelName,
      device: gpu.device,
    }));
    const byPlace = (a: GpuPlace, b: GpuPlace): number =>
      a.hostname < b.hostname ? -1 : a.hostname > b.hostname ? 1 : Number(a.id) - Number(b.id);
    assert.deepEqual(said, inFile.sort(byPlace));
  });

  it('P4: shows of every GPU the newest value of every metric, each with its own time', async () => {
    for (const gpu of gpus) {
      const { data } = await ask<{ metrics: Record<string, MetricView> }>(gateway, `/api/v1/gpus/${gpu.uuid}`);
      const said = Object.entries(data.metrics).map(([name, { value, timestamp }]) => [name, { value, timestamp }]);
      const inFile = [...latestOf(gpu)].map(([metric, newest]) => [fieldOf[metric] ?? metric, newest]);
      assert.deepEqual(Object.fromEntries(said), Object.fromEntries(inFile), gpu.uuid);
    }
  });

  it('shows of every GPU the labels that the file gives it, all of them and no others', async () => {
    for (const gpu of gpus) {
      const { data } = await ask<{ labels: Record<string, string> }>(gateway, `/api/v1/gpus/${gpu.uuid}`);
      const inFile = labelsOf(gpu);
      assert.deepEqual([inFile['UUID'], inFile['Hostname']], [gpu.uuid, gpu.hostname]);
      assert.deepEqual(data.labels, inFile, gpu.uuid);
    }
  });

  it('P4: gives back every cell of the file, and null where nothing was sampled', async () => {
    let cells = 0;
    for (const gpu of gpus) {
      const answer: Envelope<RecordView[]> = await ask(gateway, `/api/v1/gpus/${gpu.uuid}/telemetry?limit=10000`);
      const times = [...gpu.samples.keys()].sort();
      assert.deepEqual(
        answer.data.map(({ timestamp }) => timestamp),
        times,
      );
      for (const record of answer.data) {
        const sampled = gpu.samples.get(record.timestamp)!;
        for (const [metric, field] of Object.entries(fieldOf)) {
          assert.equal(record[field], sampled.get(metric) ?? null, `${gpu.uuid} ${record.timestamp} ${field}`);
          cells += sampled.has(metric) ? 1 : 0;
        }
        assert.deepEqual([record['uuid'], record['hostname'], record['gpu_id']], [gpu.uuid, gpu.hostname, gpu.gpuId]);
      }
    }
    assert.equal(cells, expected.rows);
  });

  /** Numbers that are written down here and not worked out by `expectedFleet`, which they hold to account, too. */
  it('L3, P2, P4: says of the export of a real fleet what is known of it', async function () {
    if (basename(path) !== realExport) this.skip();
    const run = await runTelemetry(['verify', '--wait', '120s', '--json', '--data-dir', folder]);
    assert.equal(run.code, 0, run.stdout + run.stderr);
    const rows = 2_470;
    assert.deepEqual(JSON.parse(run.stdout), {
      ...{ ok: true, rows, events: rows, dead_letters: 0, clusters: 1, hosts: 31, gpus: 247, records: 988 },
      folded: { gpu: rows, host: rows, cluster: rows, history: rows, health: rows },
    });
    const gpu = '/api/v1/gpus/GPU-75ca836f-12a0-9fbe-13a2-17733a5f68e4';
    const { data } = await ask<RecordView[]>(gateway, `${gpu}/telemetry`);
    assert.deepEqual(
      data.map(({ timestamp }) => timestamp),
      ['34', '35', '36', '37'].map((second) => `2025-07-18T20:42:${second}Z`),
    );
    const [first, second] = data.map((record) => record as Record<string, unknown>);
    const { power_draw, gpu_utilization, temperature } = first!;
    assert.deepEqual([power_draw, gpu_utilization, temperature], [73.136, 0, null]);
    assert.deepEqual([second!['temperature'], second!['memory_free_mb']], [28, 81_003]);
  });
});

type GpuPlace = Pick<GpuView, 'hostname' | 'id'>;
