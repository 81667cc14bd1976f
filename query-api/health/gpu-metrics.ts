import { type Middleware } from 'koa';
import { type MetricName } from '../../domain/ids.js';
import { knownMetric } from '../../domain/metrics.js';
import { type Gpu, selectGpus } from '../queries/gpus.js';
import { statuses } from '../queries/status.js';
import { type Serving } from '../serving.js';

/** Names that Prometheus takes; DCGM's all are. */
const isName = (name: string): boolean => /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name);
const isLabel = (name: string): boolean => /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) && !name.startsWith('__');

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

/** Sums since the driver was loaded; every other metric of DCGM is of the moment. */
const counters: ReadonlySet<string> = new Set([
  'DCGM_FI_DEV_PCIE_REPLAY_COUNTER',
  'DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION',
  'DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL',
  'DCGM_FI_DEV_ECC_SBE_VOL_TOTAL',
  'DCGM_FI_DEV_ECC_DBE_VOL_TOTAL',
]);

const helpOf = (metric: string): string => {
  const known = knownMetric(metric);
  return known ? `${known.meaning} (in ${known.unit}).` : `${metric} as the exporter gave it.`;
};

/**
 * What a Prometheus gave the samples that a source has (the one that scrapes here gives its own), and the label of
 * `gpu_telemetry_status`: one that stands twice makes a Prometheus refuse the whole scrape.
 */
const givenElsewhere: ReadonlySet<string> = new Set(['instance', 'job', 'status']);

/** The labels of dcgm-exporter in its order: whose value it is, then what the exporter said of the device. */
const labelsOf = ({ view }: Gpu): string => {
  const { index, uuid, device, modelName, hostname, cluster, mig, holder } = view;
  const own: readonly (readonly [string, string | null | undefined])[] = [
    ['gpu', index],
    ['UUID', mig ? mig.parent : uuid],
    ['device', device],
    ['modelName', modelName],
    ['Hostname', hostname],
    ['GPU_I_ID', mig && uuid.slice(mig.parent.length + 1)],
    ['GPU_I_PROFILE', mig?.profile],
    ['container', holder?.container],
    ['namespace', holder?.namespace],
    ['pod', holder?.pod],
    ['cluster', cluster],
  ];
  const names = new Set(own.map(([name]) => name));
  const others = view.labels.filter(([name]) => !names.has(name) && !givenElsewhere.has(name) && isLabel(name));
  return [...own, ...others]
    .filter(([, text]) => text !== undefined && text !== null && text !== '')
    .map(([name, text]) => `${name}="${escaped(text!)}"`)
    .join(',');
};

const numberText = (value: number): string =>
  Number.isFinite(value) ? String(value) : value > 0 ? '+Inf' : value < 0 ? '-Inf' : 'NaN';

const familyOf = (name: string, type: string, help: string, lines: readonly string[]): string =>
  [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines, ''].join('\n');

/** The exposition of GPUs: the newest samples of active ones, under DCGM's names, and the status of all of them. */
export const gpuExposition = (gpus: readonly Gpu[]): string => {
  const families = new Map<MetricName, string[]>();
  const status: string[] = [];
  for (const gpu of gpus) {
    const labels = labelsOf(gpu);
    for (const one of statuses)
      status.push(`gpu_telemetry_status{${labels},status="${one}"} ${gpu.status === one ? '1' : '0'}`);
    if (gpu.status !== 'active') continue;
    for (const [metric, { value }] of gpu.view.latest) {
      if (!isName(metric)) continue;
      const lines = families.get(metric);
      const line = `${metric}{${labels}} ${numberText(value)}`;
      if (lines) lines.push(line);
      else families.set(metric, [line]);
    }
  }
  const sorted = [...families].sort(([a], [b]) => (a < b ? -1 : 1));
  const samples = sorted.map(([metric, lines]) =>
    familyOf(metric, counters.has(metric) ? 'counter' : 'gauge', helpOf(metric), lines),
  );
  const help = '1 for the status that the GPU has (active, stale or missing), 0 for the others.';
  return [...samples, familyOf('gpu_telemetry_status', 'gauge', help, status)].join('');
};

/** `/metrics/gpu`: what dcgm-exporter on every host would tell, from one place. */
export const gpuMetrics =
  (serving: Serving): Middleware =>
  (ctx) => {
    if (!serving.synced) {
      ctx.status = 503;
      ctx.set('Retry-After', '1');
      return;
    }
    const { fleet, clock } = serving.gateway();
    ctx.body = gpuExposition(selectGpus(fleet(), {}, clock()));
    ctx.set('Content-Type', 'text/plain; version=0.0.4; charset=utf-8');
    ctx.set('Cache-Control', 'no-store');
  };
