import { type GpuStatus } from './address.js';
import { type GpuTable } from './gpu-table.js';

/** Sums over GPUs; of values, over active ones, since a sum with old values would be of no time. */
export interface Totals {
  readonly byStatus: Readonly<Record<GpuStatus, number>>;
  /** Watts; undefined where no GPU has it, like the others. */
  readonly power: number | undefined;
  /** MiB. */
  readonly memoryUsed: number | undefined;
  readonly memory: number | undefined;
  /** Mean, percent. */
  readonly utilization: number | undefined;
}

export const totalsOf = (table: GpuTable, places: Iterable<number>): Totals => {
  const byStatus = { active: 0, stale: 0, missing: 0 };
  const active: number[] = [];
  for (const place of places) {
    const { status } = table.gpus[place]!;
    byStatus[status]++;
    if (status === 'active') active.push(place);
  }
  const valuesOf = (metric: string): readonly number[] => {
    const values = table.column(metric)?.values;
    return values ? active.map((place) => values[place]!).filter((value) => !Number.isNaN(value)) : [];
  };
  const sum = (metric: string): number | undefined => {
    const values = valuesOf(metric);
    return values.length === 0 ? undefined : values.reduce((total, value) => total + value, 0);
  };
  const [used, free] = [sum('memory_used_mb'), sum('memory_free_mb')];
  const utilizations = valuesOf('gpu_utilization');
  return {
    byStatus,
    power: sum('power_draw'),
    memoryUsed: used,
    memory: used === undefined || free === undefined ? undefined : used + free,
    utilization: utilizations.length === 0 ? undefined : utilizations.reduce((a, b) => a + b, 0) / utilizations.length,
  };
};
