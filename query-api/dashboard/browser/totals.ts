import { type GpuStatus } from './address.js';
import { type GpuTable } from './gpu-table.js';

/** Sums over GPUs; of values, over active ones, since a sum with old values would be of no time. */
export interface Totals {
  readonly byStatus: Readonly<Record<GpuStatus, number>>;
  /** Watts; undefined where no GPU has it, like the others. */
  readonly power: number | undefined;
  /** Watts of one of those that tell it. */
  readonly meanPower: number | undefined;
  /** MiB, like the next one: where it can be known, of those GPUs of which both are. */
  readonly memoryUsed: number | undefined;
  readonly memory: number | undefined;
  /** Mean, percent. */
  readonly utilization: number | undefined;
}

type Values = readonly number[];

const given = (values: Values): Values => values.filter((value) => !Number.isNaN(value));

const sum = (values: Values): number | undefined => {
  const all = given(values);
  return all.length === 0 ? undefined : all.reduce((total, value) => total + value, 0);
};

const mean = (values: Values): number | undefined => {
  const total = sum(values);
  return total === undefined ? undefined : total / given(values).length;
};

export const totalsOf = (table: GpuTable, places: Iterable<number>): Totals => {
  const byStatus = { active: 0, stale: 0, missing: 0 };
  const active: number[] = [];
  for (const place of places) {
    const { status } = table.gpus[place]!;
    byStatus[status]++;
    if (status === 'active') active.push(place);
  }
  const valuesOf = (metric: string): Values => {
    const values = table.column(metric)?.values;
    return active.map((place) => values?.[place] ?? NaN);
  };
  const [power, used, free] = [valuesOf('power_draw'), valuesOf('memory_used_mb'), valuesOf('memory_free_mb')];
  const whole = used.map((value, n) => value + free[n]!);
  const memory = sum(whole);
  return {
    byStatus,
    power: sum(power),
    meanPower: mean(power),
    memoryUsed: memory === undefined ? sum(used) : sum(used.filter((_, n) => !Number.isNaN(whole[n]))),
    memory,
    utilization: mean(valuesOf('gpu_utilization')),
  };
};
