import { slowdownLimit } from '../../../domain/health-signals.js';
import { type Gpu } from './feed-messages.js';
import { type GpuTable } from './gpu-table.js';
import { hostNames } from './host-names.js';
import { age, quantity } from './quantities.js';

type Kind = 'xid' | 'missing' | 'hot' | 'stale';

/** Something that a person should look at: GPUs of one host with the same trouble. */
export interface Problem {
  /** What tells it apart from others, and stays the same while GPUs join and leave it. */
  readonly key: string;
  readonly kind: Kind;
  readonly gpus: readonly Gpu[];
  /** What their host is called. */
  readonly host: string;
  readonly text: string;
}

const xidMetric = 'DCGM_FI_DEV_XID_ERRORS';

const order: Readonly<Record<Kind, number>> = { xid: 0, missing: 1, hot: 2, stale: 3 };

/** GPUs of one host with the same trouble, and how bad it is where it is worst. */
interface Group {
  readonly key: string;
  readonly kind: Kind;
  readonly gpus: Gpu[];
  worst: number;
}

/** An error has a code, and each code is a thing of its own; of the others what counts is the worst. */
const textOf = ({ kind, worst }: Group): string => {
  if (kind === 'xid') return `code ${String(worst)}`;
  return kind === 'hot' ? quantity('temperature', worst) : `silent for ${age(worst)}`;
};

class Grouping {
  readonly #groups = new Map<string, Group>();

  constructor(private readonly hostOf: (gpu: Gpu) => string) {}

  add(kind: Kind, gpu: Gpu, value: number): void {
    const key = [kind, ...(kind === 'xid' ? [String(value)] : []), gpu.cluster, gpu.hostname].join(' ');
    const group = this.#groups.get(key);
    if (!group) return void this.#groups.set(key, { key, kind, gpus: [gpu], worst: value });
    group.gpus.push(gpu);
    group.worst = Math.max(group.worst, value);
  }

  get all(): readonly Problem[] {
    return [...this.#groups.values()]
      .sort((a, b) => order[a.kind] - order[b.kind])
      .map((group) => {
        const { key, kind, gpus } = group;
        return { key, kind, gpus, host: this.hostOf(gpus[0]!), text: textOf(group) };
      });
  }
}

/** What is wrong with the GPUs, the worst first. @param now milliseconds since the Unix epoch */
export const problemsOf = (table: GpuTable, now: number): readonly Problem[] => {
  const [xids, temperatures] = [table.column(xidMetric)?.values, table.column('temperature')?.values];
  const found = new Grouping(hostNames(table.gpus));
  table.gpus.forEach((gpu, place) => {
    if (gpu.status !== 'active') found.add(gpu.status, gpu, now - gpu.lastSeen);
    const xid = xids?.[place] ?? 0;
    if (xid > 0) found.add('xid', gpu, xid);
    const temperature = temperatures?.[place] ?? 0;
    if (temperature >= slowdownLimit && gpu.status === 'active') found.add('hot', gpu, temperature);
  });
  return found.all;
};
