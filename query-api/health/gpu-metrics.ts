import { type Middleware } from 'koa';
import { type MetricName } from '../../domain/ids.js';
import { knownMetric } from '../../domain/metrics.js';
import { TimeSlices } from '../slices/time-slices.js';
import { Places } from '../slices/places.js';
import { clientGone } from '../http/client-gone.js';
import { type Fleet } from '../model/fleet.js';
import { type Clock } from '../queries/clock.js';
import { type Gpu, selectGpus } from '../queries/gpus.js';
import { statusAt, statuses } from '../queries/status.js';
import { watermarkFor } from '../queries/watermark-for.js';
import { type Serving } from '../serving.js';

/** Names that Prometheus takes; DCGM's all are. */
const isName = (name: string): boolean => /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name);
const isLabel = (name: string): boolean => /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) && !name.startsWith('__');

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

/** What `etc/*.csv` of dcgm-exporter, lines that are commented out there included, calls a counter in any of its releases. */
const counters: ReadonlySet<string> = new Set([
  'DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION',
  'DCGM_FI_DEV_PCIE_REPLAY_COUNTER',
  'DCGM_FI_DEV_PCIE_TX_THROUGHPUT',
  'DCGM_FI_DEV_PCIE_RX_THROUGHPUT',
  ...['POWER', 'THERMAL', 'SYNC_BOOST', 'BOARD_LIMIT', 'LOW_UTIL', 'RELIABILITY'].map(
    (cause) => `DCGM_FI_DEV_${cause}_VIOLATION`,
  ),
  ...['SBE_VOL', 'DBE_VOL', 'SBE_AGG', 'DBE_AGG'].map((errors) => `DCGM_FI_DEV_ECC_${errors}_TOTAL`),
  ...['SBE', 'DBE', 'PENDING'].map((pages) => `DCGM_FI_DEV_RETIRED_${pages}`),
  ...['CRC_FLIT', 'CRC_DATA', 'REPLAY', 'RECOVERY'].map((errors) => `DCGM_FI_DEV_NVLINK_${errors}_ERROR_COUNT_TOTAL`),
  'DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS',
  'DCGM_FI_DEV_CORRECTABLE_REMAPPED_ROWS',
]);
/** Of all links together (`TOTAL`) or of one (`L0`). */
const isLinkCounter = (metric: string): boolean => /^DCGM_FI_DEV_NVLINK_BANDWIDTH_(TOTAL|L\d+)$/.test(metric);

const typeOf = (metric: string): string => (counters.has(metric) || isLinkCounter(metric) ? 'counter' : 'gauge');

const helpOf = (metric: string): string => {
  const known = knownMetric(metric);
  return known ? `${known.meaning} (in ${known.unit}).` : `${metric} as the exporter gave it.`;
};

/**
 * The name that a Prometheus gave to the job of the samples that a source has, where the one that scrapes here has its
 * own, and the label of `gpu_telemetry_status`: one that stands twice makes a Prometheus refuse the whole scrape.
 */
const givenElsewhere: ReadonlySet<string> = new Set(['job', 'status']);

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
  // By `instance` dashboards tell hosts apart: without one all would have that of this gateway.
  const instance = others.some(([name]) => name === 'instance') ? [] : [['instance', hostname] as const];
  return [...own, ...others, ...instance]
    .filter(([, text]) => text !== undefined && text !== null && text !== '')
    .map(([name, text]) => `${name}="${escaped(text!)}"`)
    .join(',');
};

const numberText = (value: number): string =>
  Number.isFinite(value) ? String(value) : value > 0 ? '+Inf' : value < 0 ? '-Inf' : 'NaN';

const familyOf = (name: string, type: string, help: string, lines: readonly string[]): Buffer =>
  Buffer.from([`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines, ''].join('\n'), 'utf8');

/**
 * The exposition of GPUs: the newest samples of active ones, under DCGM's names, and the status of all of them. A metric
 * that is no longer sampled is left out like a GPU that is not.
 */
const gpuExposition = async (fleet: Fleet, clock: Clock, slices: TimeSlices): Promise<Buffer> => {
  const families = new Map<MetricName, string[]>();
  const status: string[] = [];
  for (const gpu of selectGpus(fleet, {}, clock)) {
    await slices.next();
    const labels = labelsOf(gpu);
    for (const one of statuses)
      status.push(`gpu_telemetry_status{${labels},status="${one}"} ${gpu.status === one ? '1' : '0'}`);
    if (gpu.status !== 'active') continue;
    const cluster = watermarkFor(fleet, gpu.view);
    for (const [metric, { value, observed }] of gpu.view.latest) {
      if (!isName(metric) || statusAt(observed, cluster, clock.now, clock) !== 'active') continue;
      const lines = families.get(metric);
      const line = `${metric}{${labels}} ${numberText(value)}`;
      if (lines) lines.push(line);
      else families.set(metric, [line]);
    }
  }
  const help = '1 for the status that the GPU has (active, stale or missing), 0 for the others.';
  const parts: Buffer[] = [];
  for (const [metric, lines] of [...families].sort(([a], [b]) => (a < b ? -1 : 1))) {
    await slices.next();
    parts.push(familyOf(metric, typeOf(metric), helpOf(metric), lines));
  }
  return Buffer.concat([...parts, familyOf('gpu_telemetry_status', 'gauge', help, status)]);
};

/** Those that are written at the same time, tens of megabytes each; they do not wait for large answers to others. */
const scrapes = new Places(4);

/** `/metrics/gpu`: what dcgm-exporter on every host would tell, from one place. */
export const gpuMetrics =
  (serving: Serving): Middleware =>
  async (ctx) => {
    if (!serving.synced) {
      ctx.status = 503;
      ctx.set('Retry-After', '1');
      return;
    }
    const { fleet, clock } = serving.gateway();
    const slices = new TimeSlices(clientGone(ctx));
    ctx.body = await scrapes.hold(() => gpuExposition(fleet(), clock(), slices));
    ctx.set('Content-Type', 'text/plain; version=0.0.4; charset=utf-8');
    ctx.set('Cache-Control', 'no-store');
  };
