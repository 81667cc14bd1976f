import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { exportText, type ExportOptions } from '../../data/passes.js';
import { metrics } from '../../data/row.js';

const sample: ExportOptions = {
  gpus: 247,
  hosts: 31,
  steps: 1,
  seed: 1,
  interval: 4,
  start: Date.parse('2025-01-15T09:30:00Z'),
  shuffle: false,
};

type Row = Record<string, string>;
const rowsOf = (options: ExportOptions): Row[] => parse([...exportText(options)].join(''), { columns: true });
const distinct = (rows: Row[], column: string): Set<string> => new Set(rows.map((row) => row[column]!));
const valuesOf = (rows: Row[], metric: string): Map<string, number> =>
  new Map(rows.filter((row) => row['metric_name'] === metric).map((row) => [row['uuid']!, Number(row['value'])]));

describe('data: the generated export', () => {
  it('the committed sample is what the generator gives', async () => {
    const committed = await readFile('data/dcgm_metrics_sample.csv', 'utf8');
    assert.ok(committed === [...exportText(sample)].join(''), 'run `npm run data` and look at what changed');
  });

  it('has 247 GPUs on 31 hosts, one of them with seven, and 2,470 rows in four seconds', () => {
    const rows = rowsOf(sample);
    assert.equal(rows.length, 2470);
    assert.equal(distinct(rows, 'uuid').size, 247);
    assert.equal(distinct(rows, 'Hostname').size, 31);
    assert.equal(distinct(rows, 'timestamp').size, 4);
    const perHost = [...distinct(rows, 'Hostname')].map(
      (host) => rows.filter((row) => row['Hostname'] === host).length,
    );
    assert.deepEqual([...new Set(perHost)].sort(), [70, 80]);
    assert.equal(perHost.filter((count) => count === 70).length, 1);
  });

  it('goes metric by metric, each within its second', () => {
    const rows = rowsOf(sample);
    for (const [number, { name, second }] of metrics.entries()) {
      const part = rows.slice(number * 247, (number + 1) * 247);
      assert.deepEqual([...distinct(part, 'metric_name')], [name]);
      assert.deepEqual([...distinct(part, 'timestamp')], [`2025-01-15T09:30:0${second}Z`]);
      assert.equal(distinct(part, 'uuid').size, 247);
    }
  });

  it('quotes every field, and repeats the columns in the labels', () => {
    const [, line] = [...exportText(sample)].join('').split('\n');
    assert.match(line!, /^("([^"]|"")*",){11}"([^"]|"")*"$/);
    for (const row of rowsOf(sample)) {
      const pairs = [...row['labels_raw']!.matchAll(/(\w+)="([^"]*)"/g)].map((match) => [match[1], match[2]] as const);
      const labels = Object.fromEntries(pairs) as Record<string, string>;
      assert.equal(labels['UUID'], row['uuid']);
      assert.equal(labels['__name__'], row['metric_name']);
      assert.equal(labels['instance'], `${row['Hostname']}:9400`);
      assert.equal(labels['gpu'], row['gpu_id']);
      assert.equal(labels['device'], `nvidia${row['gpu_id']}`);
    }
  });

  it('is alive: an idle host, a busy host, a hot GPU, memory that adds up', () => {
    const rows = rowsOf(sample);
    const [idle, busy] = ['dgx-h100-001', 'dgx-h100-002'].map((host) => rows.filter((row) => row['Hostname'] === host));
    assert.ok([...valuesOf(idle!, 'DCGM_FI_DEV_GPU_UTIL').values()].every((value) => value === 0));
    assert.ok([...valuesOf(idle!, 'DCGM_FI_DEV_POWER_USAGE').values()].every((value) => value < 80));
    assert.ok([...valuesOf(busy!, 'DCGM_FI_DEV_GPU_UTIL').values()].every((value) => value > 80));
    assert.ok([...valuesOf(busy!, 'DCGM_FI_DEV_POWER_USAGE').values()].every((value) => value > 250));
    assert.ok(Math.max(...valuesOf(rows, 'DCGM_FI_DEV_GPU_TEMP').values()) >= 82);
    const free = valuesOf(rows, 'DCGM_FI_DEV_FB_FREE');
    for (const [uuid, used] of valuesOf(rows, 'DCGM_FI_DEV_FB_USED')) assert.equal(used + free.get(uuid)!, 81_007);
  });

  it('evolves: busy GPUs jitter, idle ones hold still, temperature moves slowly', () => {
    const steps = 30;
    const rows = rowsOf({ ...sample, steps });
    const pass = (step: number): Row[] => rows.slice(step * 2470, (step + 1) * 2470);
    let [moved, held, degrees] = [0, 0, 0];
    for (let step = 1; step < steps; step++) {
      const before = valuesOf(pass(step - 1), 'DCGM_FI_DEV_POWER_USAGE');
      const temperature = valuesOf(pass(step - 1), 'DCGM_FI_DEV_GPU_TEMP');
      const util = valuesOf(pass(step), 'DCGM_FI_DEV_GPU_UTIL');
      for (const [uuid, watts] of valuesOf(pass(step), 'DCGM_FI_DEV_POWER_USAGE')) {
        if (util.get(uuid)! > 0 && watts !== before.get(uuid)) moved++;
        if (util.get(uuid) === 0 && watts === before.get(uuid)) held++;
      }
      for (const [uuid, now] of valuesOf(pass(step), 'DCGM_FI_DEV_GPU_TEMP'))
        degrees = Math.max(degrees, Math.abs(now - temperature.get(uuid)!));
    }
    assert.ok(moved > 2000, `${moved} moved`);
    assert.ok(held > 2000, `${held} held`);
    assert.ok(degrees <= 5, `${degrees} °C in one step`);
  });

  it('shuffles within each second and changes no row', () => {
    const plain = rowsOf({ ...sample, steps: 2 });
    const shuffled = rowsOf({ ...sample, steps: 2, shuffle: true });
    assert.deepEqual(
      shuffled.map((row) => row['timestamp']),
      plain.map((row) => row['timestamp']),
    );
    assert.notDeepEqual(shuffled, plain);
    const sorted = (rows: Row[]): string[] => rows.map((row) => JSON.stringify(row)).sort();
    assert.deepEqual(sorted(shuffled), sorted(plain));
  });

  it('keeps the values of the first pass when they are to be constant, and changes nothing else', () => {
    const moving = rowsOf({ ...sample, steps: 3 });
    const still = rowsOf({ ...sample, steps: 3, constant: true });
    const pass = still.length / 3;
    for (const [number, { value, ...rest }] of still.entries()) {
      const { value: moved, ...others } = moving[number]!;
      assert.deepEqual(rest, others);
      assert.equal(value, still[number % pass]!['value']);
      if (number < pass) assert.equal(value, moved);
    }
    assert.notDeepEqual(still, moving);
  });

  it('draws the seconds of a pass together when passes are closer than four seconds', () => {
    const rows = rowsOf({ ...sample, steps: 3, interval: 1 });
    assert.deepEqual([...distinct(rows, 'timestamp')].length, 3);
    assert.deepEqual(
      rows.map((row) => row['timestamp']),
      rows.map((row) => row['timestamp']).sort(),
    );
  });

  it('gives the same bytes for the same options and others for another seed', () => {
    const hash = (options: ExportOptions): string =>
      createHash('sha256')
        .update([...exportText(options)].join(''))
        .digest('hex');
    const options = { ...sample, steps: 3, shuffle: true };
    assert.equal(hash(options), hash(options));
    assert.notEqual(hash(options), hash({ ...options, seed: 2 }));
  });
});
