import { slowdownLimit } from '../../../domain/health-signals.js';
import { type Gpu } from './feed-messages.js';
import { type GpuTable } from './gpu-table.js';
import { age, quantity } from './quantities.js';

/** Something that a person should look at: GPUs of one host with the same trouble. */
export interface Problem {
  readonly kind: 'xid' | 'missing' | 'hot' | 'stale';
  readonly gpus: readonly Gpu[];
  readonly text: string;
}

const xidMetric = 'DCGM_FI_DEV_XID_ERRORS';

const order: Readonly<Record<Problem['kind'], number>> = { xid: 0, missing: 1, hot: 2, stale: 3 };

/** By kind and host, and for what was measured by its value, which is worth a line of its own. */
class Grouping {
  readonly #groups = new Map<string, Problem & { readonly gpus: Gpu[] }>();

  add(kind: Problem['kind'], gpu: Gpu, text: string): void {
    const name = `${kind} ${gpu.cluster} ${gpu.hostname} ${text}`;
    const group = this.#groups.get(name);
    if (group) group.gpus.push(gpu);
    else this.#groups.set(name, { kind, gpus: [gpu], text });
  }

  get all(): readonly Problem[] {
    return [...this.#groups.values()].sort((a, b) => order[a.kind] - order[b.kind]);
  }
}

/** What is wrong with the GPUs, the worst first. @param now milliseconds since the Unix epoch */
export const problemsOf = (table: GpuTable, now: number): readonly Problem[] => {
  const [xids, temperatures] = [table.column(xidMetric)?.values, table.column('temperature')?.values];
  const found = new Grouping();
  table.gpus.forEach((gpu, place) => {
    if (gpu.status !== 'active') found.add(gpu.status, gpu, `silent for ${age(now - gpu.lastSeen)}`);
    const xid = xids?.[place] ?? 0;
    if (xid > 0) found.add('xid', gpu, `code ${String(xid)}`);
    const temperature = temperatures?.[place] ?? 0;
    if (temperature >= slowdownLimit && gpu.status === 'active') found.add('hot', gpu, quantity('temperature', temperature));
  });
  return found.all;
};
