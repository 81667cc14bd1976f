import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const handbook = read('deploy/OPERATE.md');

interface Growth {
  readonly what: string;
  readonly sizes: readonly number[];
  readonly costs: Readonly<Record<string, readonly number[]>>;
}

/** What the handbook says that something takes: so many of a unit, and so many KB for each GPU. */
const told = (what: string): { readonly base: number; readonly kilobytesAGpu: number } => {
  const [, base, each] = new RegExp(`^\\| ${what} +\\| (\\d+) (?:MB|bytes)(?: \\+ (\\d+) KB a GPU)? +\\|`, 'm').exec(
    handbook,
  )!;
  return { base: Number(base), kilobytesAGpu: Number(each ?? 0) };
};
const megabytes = (what: string, gpus: number): number => {
  const { base, kilobytesAGpu } = told(what);
  return base + (kilobytesAGpu * gpus) / 1_000;
};
const isGood = (said: number, measured: number, what: string): void =>
  assert.ok(
    measured <= said && said <= 1.6 * measured,
    `${what}: ${String(said)} is said, ${String(measured)} measured`,
  );

describe('how much the handbook says that it takes', () => {
  it('is what was measured, or a little more', () => {
    const growth = JSON.parse(read('test/bench/results/growth.json')) as readonly Growth[];
    const { sizes, costs } = growth.find(({ what }) => what.startsWith('GPUs'))!;
    sizes.forEach((gpus, at) => {
      isGood(megabytes('a gateway', gpus), costs['gateway, MB']![at]!, `gateway of ${String(gpus)} GPUs`);
      isGood(megabytes('all collectors, together', gpus), costs['collector, MB']![at]!, `collector of ${String(gpus)}`);
    });
    isGood(megabytes('a streamer', 0), Math.max(...costs['streamer, MB']!), 'streamer');
    const { figures } = JSON.parse(read('test/bench/results/figures.json')) as {
      figures: readonly { name: string; median: number }[];
    };
    isGood(told('an event that came live').base, figures.find(({ name }) => name === 'bytes-live')!.median, 'an event');
  });

  it('follows from its own formula, in its own example, and within the limits of the chart', () => {
    const { base } = told('an event that came live');
    const anHour = 247 * 10 * 3_600 * base;
    const [, day] = /write (\d+) MB a day/.exec(handbook)!;
    const [, hours] = /of which 2 GiB keep (\d+) hours/.exec(handbook)!;
    assert.ok(Math.abs((anHour * 24) / 1e6 - Number(day)) < 10, String((anHour * 24) / 1e6));
    assert.equal(Math.floor((2 * 2 ** 30 * 0.3) / anHour), Number(hours));
    const values = parse(read('deploy/helm/gpu-telemetry/values.yaml')) as Record<
      'gateway' | 'collector',
      { resources: { limits: { memory: string } } }
    >;
    for (const [role, what] of [
      ['gateway', 'a gateway'],
      ['collector', 'all collectors, together'],
    ] as const) {
      assert.equal(values[role].resources.limits.memory, '1Gi');
      assert.ok(megabytes(what, 10_000) * 1e6 < 2 ** 30, role);
    }
  });
});
