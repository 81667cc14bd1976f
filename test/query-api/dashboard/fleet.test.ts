import assert from 'node:assert/strict';
import { startAddress } from '../../../query-api/dashboard/browser/address.js';
import { type Gpu } from '../../../query-api/dashboard/browser/feed-messages.js';
import { fitted } from '../../../query-api/dashboard/browser/fitted.js';
import { cellAt, hit, layOut } from '../../../query-api/dashboard/browser/fleet-layout.js';
import { ofStatus, rowsOf } from '../../../query-api/dashboard/browser/fleet-rows.js';
import { nameOf } from '../../../query-api/dashboard/browser/gpu-name.js';
import { GpuTable } from '../../../query-api/dashboard/browser/gpu-table.js';
import { problemsOf } from '../../../query-api/dashboard/browser/problems.js';
import { age, ago, quantity, titleOf } from '../../../query-api/dashboard/browser/quantities.js';
import { colours, scaleOf, shadeOf, shades } from '../../../query-api/dashboard/browser/scale.js';
import { totalsOf } from '../../../query-api/dashboard/browser/totals.js';

const gpu = (number: number, more: Partial<Gpu> = {}): Gpu => ({
  uuid: `GPU-${String(number)}`,
  index: String(number % 8),
  hostname: `host-${String(Math.floor(number / 8))}`,
  cluster: 'c1',
  model: 'H100',
  device: `nvidia${String(number % 8)}`,
  status: 'active',
  lastSeen: 0,
  ...more,
});
const fleet = (count: number): readonly Gpu[] => Array.from({ length: count }, (_, number) => gpu(number));

describe('the fleet map', () => {
  it('has hosts in the order of the API, numbers as numbers, and only what is asked for', () => {
    const gpus = [gpu(88), gpu(8), gpu(17, { status: 'stale' }), gpu(9)];
    const shown = (rows: ReturnType<typeof rowsOf>) => rows.map(({ hostname, places }) => [hostname, ...places]);
    assert.deepEqual(shown(rowsOf(gpus, startAddress)), [
      ['host-1', 1, 3],
      ['host-2', 2],
      ['host-11', 0],
    ]);
    assert.deepEqual(shown(ofStatus(rowsOf(gpus, startAddress), gpus, 'stale')), [['host-2', 2]]);
    assert.deepEqual(shown(rowsOf(gpus, { ...startAddress, search: 'H100 HOST-11' })), [['host-11', 0]]);
    assert.deepEqual(rowsOf(gpus, { ...startAddress, cluster: 'c2' }), []);
  });

  it('tells hosts of the same name apart by their clusters, on the map as in the list of what is wrong', () => {
    const gpus = [
      gpu(0),
      gpu(8),
      gpu(9, { cluster: 'c2', status: 'stale' }),
      gpu(16, { cluster: 'c2', status: 'stale' }),
    ];
    assert.deepEqual(
      rowsOf(gpus, startAddress).map(({ name }) => name),
      ['host-0', 'host-1 · c1', 'host-1 · c2', 'host-2'],
    );
    assert.deepEqual(
      rowsOf(gpus, { ...startAddress, cluster: 'c2' }).map(({ name }) => name),
      ['host-1', 'host-2'],
    );
    const table = new GpuTable();
    table.setInventory(gpus, true);
    assert.deepEqual(
      problemsOf(table, 60_000).map(({ host }) => host),
      ['host-1 · c2', 'host-2'],
    );
  });

  it('finds every cell at its own middle, within the map, at any width and number of GPUs', () => {
    const widths = Array.from({ length: 15 }, (_, n) => 300 + 77 * n);
    for (const [count, width] of [1, 247, 10_000].flatMap((gpus) => widths.map((wide) => [gpus, wide] as const))) {
      const rows = rowsOf(fleet(count), startAddress);
      const layout = layOut(rows, width, 500, 120);
      rows.forEach(({ places }, host) =>
        places.forEach((_, cell) => {
          const { x, y } = cellAt(host, cell, layout);
          assert.ok(x >= 0 && x + layout.size <= width && y + layout.size <= layout.height, `${count} at ${width}`);
          const found = hit({ x: x + layout.size / 2, y: y + layout.size / 2 }, rows, layout);
          assert.ok(found?.host === host && found.cell === cell, `${count} at ${width}`);
        }),
      );
    }
  });

  it('has as many colours as shades, and puts the ends of a scale at its ends', () => {
    assert.equal(new Set(colours).size, shades);
    const scale = scaleOf('gpu_utilization', 3);
    assert.deepEqual(
      [0, 100, -5, 500].map((value) => shadeOf(value, scale)),
      [0, shades - 1, 0, shades - 1],
    );
    assert.deepEqual(scaleOf('power_draw', 630), { low: 0, high: 1_000 });
  });
});

describe('the table of GPUs', () => {
  it('keeps the newest value of each metric, whatever the order in which they come, and sums the active ones', () => {
    const table = new GpuTable();
    table.setInventory(fleet(2), false);
    table.apply(['power_draw'], Float64Array.from([0, 0, 5_000, 100, 0, 0, 4_000, 1, 1, 0, 5_000, 50]));
    assert.deepEqual([...table.column('power_draw')!.values], [100, 50]);
    table.setInventory(fleet(3), false);
    assert.deepEqual([...table.column('power_draw')!.values], [100, 50, NaN]);
    table.setStatus('GPU-1', 'missing', 0);
    const { power, byStatus, memory } = totalsOf(table, [0, 1, 2]);
    assert.deepEqual([power, byStatus, memory], [100, { active: 2, stale: 0, missing: 1 }, undefined]);
  });

  it('tells means and shares of those GPUs that have the values', () => {
    const table = new GpuTable();
    table.setInventory(fleet(3), false);
    const values = [0, 0, 1, 300, 1, 0, 1, 100, 0, 1, 1, 10, 0, 2, 1, 30, 2, 1, 1, 500];
    table.apply(['power_draw', 'memory_used_mb', 'memory_free_mb'], Float64Array.from(values));
    const { power, meanPower, memoryUsed, memory } = totalsOf(table, [0, 1, 2]);
    assert.deepEqual([power, meanPower], [400, 200], 'the third GPU tells of no power');
    assert.deepEqual([memoryUsed, memory], [10, 40], 'of the third is not known how much it has');
  });

  it('tells what is wrong, the worst first, and GPUs of one host together', () => {
    const table = new GpuTable();
    const silent = { status: 'stale', lastSeen: 1_000 } as const;
    table.setInventory([gpu(0, silent), gpu(1, silent), gpu(8), gpu(9)], false);
    table.apply(
      ['temperature', 'DCGM_FI_DEV_XID_ERRORS'],
      Float64Array.from([2, 0, 1, 91, 3, 0, 1, 86.9, 3, 1, 1, 79]),
    );
    const told = problemsOf(table, 61_000).map(({ kind, gpus, text }) => [kind, gpus.length, text]);
    assert.deepEqual(told, [
      ['xid', 1, 'code 79'],
      ['hot', 1, '91 °C'],
      ['stale', 2, 'silent for 1 min'],
    ]);
  });
});

describe('what is wrong', () => {
  it('is one thing for a host, however long each of its GPUs has been silent and whatever it measures', () => {
    const table = new GpuTable();
    const silent = (number: number, lastSeen: number) => gpu(number, { status: 'stale', lastSeen });
    table.setInventory([silent(0, 61_000), silent(1, 0), gpu(2), gpu(3), gpu(4)], false);
    const both = ['temperature', 'DCGM_FI_DEV_XID_ERRORS'];
    table.apply(both, Float64Array.from([2, 0, 1, 90, 3, 0, 1, 95, 2, 1, 1, 79, 3, 1, 1, 48, 4, 1, 1, 79]));
    const told = problemsOf(table, 121_000).map(({ kind, gpus, text }) => [
      kind,
      gpus.map(({ index }) => index).join(),
      text,
    ]);
    assert.deepEqual(told, [
      ['xid', '2,4', 'code 79'],
      ['xid', '3', 'code 48'],
      ['hot', '2,3', '95 °C'],
      ['stale', '0,1', 'silent for 2 min'],
    ]);
  });

  it('is told apart by what it is, so that a GPU more is the same thing', () => {
    const table = new GpuTable();
    table.setInventory([gpu(0, { status: 'stale' }), gpu(1), gpu(8, { status: 'stale' })], false);
    const before = problemsOf(table, 60_000).map(({ key }) => key);
    table.setStatus('GPU-1', 'stale', 3_000);
    assert.deepEqual(
      problemsOf(table, 200_000).map(({ key }) => key),
      before,
    );
    assert.equal(new Set(before).size, 2);
  });
});

describe('names', () => {
  it('tell the instances of one GPU apart', () => {
    assert.equal(nameOf(gpu(3)), 'GPU 3');
    const instances = [gpu(0, { uuid: 'GPU-0:1', profile: '1g.10gb' }), gpu(0, { uuid: 'GPU-0:7' })];
    assert.deepEqual(instances.map(nameOf), ['GPU 0 · MIG 1', 'GPU 0 · MIG 7']);
  });

  it('of metrics without a field are words', () => {
    const names = ['DCGM_FI_DEV_XID_ERRORS', 'DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL', 'DCGM_FI_PROF_PCIE_TX_BYTES'];
    assert.deepEqual([...names, 'my_metric'].map(titleOf), [
      ...['XID errors', 'NVLink bandwidth total', 'PCIe TX bytes'],
      'My metric',
    ]);
  });

  it('of hosts are shortened to what tells them apart, where there is no room for all of them', () => {
    const widthOf = (text: string): number => text.length;
    assert.equal(fitted('node-7', 8, widthOf), 'node-7');
    assert.equal(fitted('node-7.rack-3.example.com', 10, widthOf), 'node-7…');
    assert.equal(fitted('a-very-long-name-of-node-7', 8, widthOf), '…-node-7');
  });
});

describe('quantities', () => {
  it('have units that people read', () => {
    assert.equal(quantity('memory_used_mb', 63_211), '61.7 GiB');
    assert.equal(quantity('power_draw', 97_912), '97.9 kW');
    assert.equal(quantity('gpu_utilization', 57.46), '57.5%');
    assert.equal(quantity('DCGM_FI_DEV_XID_ERRORS', 79), '79');
    assert.equal(quantity('DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL', 246_913_578_024), '247 G');
    assert.equal(quantity('DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION', 1_234_567), '1.23 M');
    assert.deepEqual([-5, 2_400, 150_000, 7_300_000, 2e8].map(age), ['0 s', '2 s', '2 min', '2 h', '2 d']);
  });

  it('of time tell what lies ahead, and take for now what lies ahead by no more than clocks differ', () => {
    assert.deepEqual([2_400, -2_400, -3_540_000].map(ago), ['2 s ago', '0 s ago', '59 min ahead']);
  });
});
