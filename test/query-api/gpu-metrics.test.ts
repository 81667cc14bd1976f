import assert from 'node:assert/strict';
import { readExposition } from '../support/exposition.js';
import { never } from '../support/never.js';
import { promtool, promtoolSays } from '../support/promtool.js';
import { type Row } from './support/made-rows.js';
import { startGateway } from './support/running-gateway.js';
import { World } from './support/world.js';

const now = {
  host: 'h"1',
  at: '2025-07-18T20:42:34Z',
  labels: 'DCGM_FI_DRIVER_VERSION="535.129.03",Hostname="other",job="j",status="ok"',
};

const scrapeOf = async (world: World, rows: readonly Row[]): Promise<string> => {
  world.append(rows);
  const gateway = await startGateway(world);
  const response = await fetch(`${gateway.origin}/metrics/gpu`);
  assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  const text = await response.text();
  await gateway.stop();
  return text;
};

const scrape = (): Promise<string> =>
  scrapeOf(new World(), [
    { ...now, uuid: 'GPU-a', value: 97 },
    { ...now, uuid: 'GPU-a', metric: 'DCGM_FI_DEV_POWER_USAGE', value: 73.136 },
    { ...now, uuid: 'GPU-a', metric: 'DCGM_FI_DEV_XID_ERRORS', value: 0, pod: 'p', namespace: 'n', container: 'c' },
    { ...now, uuid: 'GPU-a', metric: 'DCGM_FI_DEV_MEMORY_TEMP', at: '2025-07-18T20:30:00Z', value: 61 },
    { ...now, uuid: 'GPU-b', value: 5, index: '1', labels: 'GPU_I_ID="3",GPU_I_PROFILE="1g.10gb",instance="h:9400"' },
    { uuid: 'GPU-old', at: '2025-07-18T20:30:00Z', value: 55, index: '2' },
  ]);

describe('/metrics/gpu', () => {
  it('has the newest samples under the names and labels of dcgm-exporter, and leaves stale GPUs out', async () => {
    const families = readExposition(await scrape());
    const utilization = families.get('DCGM_FI_DEV_GPU_UTIL')!;
    assert.equal(utilization.type, 'gauge');
    assert.deepEqual(
      utilization.samples.map(({ labels, value }) => [labels['gpu'], labels['UUID'], labels['device'], value]),
      [
        ['0', 'GPU-a', 'nvidia0', 97],
        ['1', 'GPU-b', 'nvidia1', 5],
      ],
    );
    const [first] = families.get('DCGM_FI_DEV_POWER_USAGE')!.samples;
    assert.deepEqual(first, {
      name: 'DCGM_FI_DEV_POWER_USAGE',
      value: 73.136,
      labels: {
        ...{ gpu: '0', UUID: 'GPU-a', device: 'nvidia0', modelName: 'NVIDIA H100 80GB HBM3', Hostname: 'h"1' },
        ...{ container: 'c', namespace: 'n', pod: 'p', cluster: 'c1', DCGM_FI_DRIVER_VERSION: '535.129.03' },
        instance: 'h"1',
      },
    });
    const values = [...families].filter(([name]) => name.startsWith('DCGM_')).flatMap(([, { samples }]) => samples);
    assert.ok(values.every(({ labels }) => labels['UUID'] !== 'GPU-old'));
  });

  it('leaves out a metric of an active GPU that is no longer sampled', async () => {
    assert.ok(!readExposition(await scrape()).has('DCGM_FI_DEV_MEMORY_TEMP'));
  });

  it('calls a counter what dcgm-exporter calls one', async () => {
    const names = new Map([
      ['DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION', 'counter'],
      ['DCGM_FI_DEV_THERMAL_VIOLATION', 'counter'],
      ['DCGM_FI_DEV_RETIRED_DBE', 'counter'],
      ['DCGM_FI_DEV_NVLINK_REPLAY_ERROR_COUNT_TOTAL', 'counter'],
      ['DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL', 'counter'],
      ['DCGM_FI_DEV_NVLINK_BANDWIDTH_L11', 'counter'],
      ['DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS', 'counter'],
      ['DCGM_FI_DEV_ROW_REMAP_FAILURE', 'gauge'],
      ['DCGM_FI_DEV_XID_ERRORS', 'gauge'],
      ['DCGM_FI_PROF_PCIE_TX_BYTES', 'gauge'],
    ]);
    const families = readExposition(
      await scrapeOf(
        new World(),
        [...names.keys()].map((metric) => ({ ...now, uuid: 'GPU-a', metric })),
      ),
    );
    assert.deepEqual(new Map([...names.keys()].map((name) => [name, families.get(name)?.type])), names);
  });

  it('has the instance that the exporter of a host has, or else the host', async () => {
    const { samples } = readExposition(await scrape()).get('gpu_telemetry_status')!;
    const instances = new Set(samples.map(({ labels }) => `${labels['UUID']!} ${labels['instance']!}`));
    assert.deepEqual([...instances].sort(), ['GPU-a h"1', 'GPU-b h:9400', 'GPU-old host-1']);
    assert.ok(samples.every(({ labels }) => labels['job'] === undefined));
  });

  it('tells the status of every GPU, and MIG instances by their parent and number', async () => {
    const { samples } = readExposition(await scrape()).get('gpu_telemetry_status')!;
    const stale = samples.filter(({ labels, value }) => labels['status'] === 'stale' && value === 1);
    assert.deepEqual(
      stale.map(({ labels }) => labels['UUID']),
      ['GPU-old'],
    );
    assert.equal(samples.length, 9);
    assert.ok(!(await scrape()).includes('status="ok"'), 'a label that the exporter calls so, too, is left out');
    const instance = samples.find(({ labels }) => labels['GPU_I_ID'] !== undefined)!.labels;
    assert.deepEqual([instance['UUID'], instance['GPU_I_ID'], instance['GPU_I_PROFILE']], ['GPU-b', '3', '1g.10gb']);
  });

  it('is written for all who scrape at the same time, and after some have gone away', async () => {
    const world = new World();
    world.append(
      Array.from({ length: 400 }, (_, g) => ({ ...now, uuid: `GPU-${String(g)}`, host: `h${String(g >> 3)}` })),
    );
    const gateway = await startGateway(world);
    const scrapeAll = (signal: AbortSignal) =>
      Promise.allSettled(
        Array.from({ length: 12 }, async () => (await fetch(`${gateway.origin}/metrics/gpu`, { signal })).text()),
      );
    const gone = new AbortController();
    const left = scrapeAll(gone.signal);
    gone.abort();
    await left;
    const scrapes = await scrapeAll(never);
    const texts = scrapes.map((one) => (one.status === 'fulfilled' ? one.value : String(one.reason)));
    assert.equal(new Set(texts).size, 1);
    assert.equal(readExposition(texts[0]!).get('gpu_telemetry_status')!.samples.length, 1200);
    assert.deepEqual(gateway.errors, []);
    await gateway.stop();
  });

  it('is read by Prometheus, which only finds the names of dcgm-exporter unusual', async function () {
    const tool = promtool();
    if (tool === undefined) return this.skip();
    const { text } = promtoolSays(tool, ['check', 'metrics'], await scrape());
    const others = text.split('\n').filter((line) => !/camelCase|snake_case/.test(line));
    assert.deepEqual(others, []);
  });
});
