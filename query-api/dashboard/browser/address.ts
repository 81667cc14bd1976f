/** What is looked at: everything that a link to the page says. */
export interface Address {
  /** A GPU's page; before `host`, the page of a host, before the fleet. */
  readonly gpu: string | undefined;
  readonly host: string | undefined;
  readonly cluster: string | undefined;
  /** The metric by which the map is coloured. */
  readonly metric: string;
  /** Only GPUs of this status; all when undefined. */
  readonly status: GpuStatus | undefined;
  /** Only GPUs in whose names this text occurs. */
  readonly search: string;
  readonly range: Range;
}

export type GpuStatus = 'active' | 'stale' | 'missing';
export const statuses: readonly GpuStatus[] = ['active', 'stale', 'missing'];

export const ranges = ['5m', '15m', '1h', '6h', '24h'] as const;
export type Range = (typeof ranges)[number];

export const startAddress: Address = {
  gpu: undefined,
  host: undefined,
  cluster: undefined,
  metric: 'gpu_utilization',
  status: undefined,
  search: '',
  range: '15m',
};

/** From the query part of an address; what it does not say, or not rightly, is as at the start. */
export const readAddress = (query: string): Address => {
  const given = new URLSearchParams(query);
  const text = (name: string): string | undefined => given.get(name) || undefined;
  return {
    gpu: text('gpu'),
    host: text('host'),
    cluster: text('cluster'),
    metric: text('metric') ?? startAddress.metric,
    status: statuses.find((status) => status === text('status')),
    search: text('q') ?? '',
    range: ranges.find((range) => range === text('range')) ?? startAddress.range,
  };
};

/** The shortest path that {@link readAddress} reads the same from. */
export const printAddress = (address: Address): string => {
  const query = new URLSearchParams();
  const say = (name: string, value: string | undefined, usual?: string): void => {
    if (value !== undefined && value !== '' && value !== usual) query.set(name, value);
  };
  say('gpu', address.gpu);
  say('host', address.host);
  say('cluster', address.cluster);
  say('metric', address.metric, startAddress.metric);
  say('status', address.status);
  say('q', address.search);
  say('range', address.range, startAddress.range);
  return query.size === 0 ? '/' : `/?${query.toString()}`;
};

/** Which of the pages it is; two addresses of one page differ in what it shows only. */
export const pageOf = ({ gpu, host, cluster }: Address): string =>
  gpu !== undefined ? `gpu ${gpu}` : host !== undefined ? `host ${cluster ?? ''} ${host}` : 'fleet';

const rangeMs: Readonly<Record<Range, number>> = {
  '5m': 300_000,
  '15m': 900_000,
  '1h': 3_600_000,
  '6h': 21_600_000,
  '24h': 86_400_000,
};

/** Milliseconds. */
export const lengthOf = (range: Range): number => rangeMs[range];
