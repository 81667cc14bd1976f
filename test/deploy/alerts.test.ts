import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { promtool, promtoolSays } from '../support/promtool.js';
import { useTempFolder } from '../support/temp-folder.js';

const alerts = fileURLToPath(new URL('../../../deploy/prometheus/alerts.yaml', import.meta.url));

interface Rule {
  readonly alert: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: { readonly summary: string; readonly description: string };
}

/** Series by what they are, with their values by the minute in the words of promtool. */
type Input = Readonly<Record<string, string>>;

/** What Prometheus has seen, when it looks, and what it says: nothing where no summary is expected. */
interface Case {
  readonly alert: string;
  readonly input: Input;
  readonly at: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly summary?: string;
}

const gpu = { gpu: '3', UUID: 'GPU-a', Hostname: 'h1', instance: 'h1', job: 'gpus' };
const series = (name: string, labels: Readonly<Record<string, string>>): string =>
  `${name}{${Object.entries(labels)
    .map(([label, value]) => `${label}="${value}"`)
    .join()}}`;
const status = (one: string, values: string): Input => ({
  [series('gpu_telemetry_status', { ...gpu, status: one })]: values,
});
const sampled = (metric: string, values: string): Input => ({ [series(metric, gpu)]: values });

/** Of two gateways that tell the same. */
const lag = (ofFirst: number, ofSecond: number): Input =>
  Object.fromEntries(
    ['a', 'b'].flatMap((instance) =>
      [ofFirst, ofSecond].map((segments, partition) => [
        series('telemetry_projection_lag_segments', { projection: 'gpu', partition: String(partition), instance }),
        `${String(segments)}x10`,
      ]),
    ),
  );
const unwritten = (segments: number, state: string): Input => ({
  [series('telemetry_generation_lag_segments', { projection: 'history', generation: '1', state })]:
    `${String(segments)}x10`,
});
const fullness = (used: string): Input => ({
  'telemetry_database_used_bytes{instance="a"}': `${used}x10`,
  'telemetry_database_quota_bytes{instance="a"}': '2147483648x10',
});

const cases: readonly Case[] = [
  {
    ...{ alert: 'GpuStale', input: status('stale', '1x10'), at: '6m', labels: { ...gpu, status: 'stale' } },
    summary: 'GPU 3 of h1 has fallen silent',
  },
  { alert: 'GpuStale', input: status('stale', '1x4 0x6'), at: '6m' },
  {
    ...{ alert: 'GpuMissing', input: status('missing', '1x10'), at: '6m', labels: { ...gpu, status: 'missing' } },
    summary: 'GPU 3 of h1 is missing',
  },
  { alert: 'GpuMissing', input: status('missing', '0x10'), at: '6m' },
  {
    ...{ alert: 'GpuHot', input: sampled('DCGM_FI_DEV_GPU_TEMP', '87x10'), at: '6m', labels: gpu },
    summary: 'GPU 3 of h1 is at 87 °C',
  },
  { alert: 'GpuHot', input: sampled('DCGM_FI_DEV_GPU_TEMP', '86x10'), at: '6m' },
  {
    ...{ alert: 'GpuXid', input: sampled('DCGM_FI_DEV_XID_ERRORS', '0x3 79x3'), at: '4m', labels: gpu },
    summary: 'GPU 3 of h1 reports XID 79',
  },
  { alert: 'GpuXid', input: sampled('DCGM_FI_DEV_XID_ERRORS', '79x3 0x3'), at: '5m' },
  {
    ...{ alert: 'GatewayNotReady', input: { 'telemetry_gateway_ready{instance="a"}': '0x10' }, at: '2m' },
    ...{ labels: { instance: 'a' }, summary: 'a does not answer queries' },
  },
  { alert: 'GatewayNotReady', input: { 'telemetry_gateway_ready{instance="a"}': '1x10' }, at: '2m' },
  {
    ...{ alert: 'ProjectionBehind', input: lag(600, 500), at: '6m', labels: { projection: 'gpu' } },
    summary: 'The projection gpu is 1100 segments behind the log',
  },
  { alert: 'ProjectionBehind', input: lag(500, 500), at: '6m' },
  {
    ...{ alert: 'ProjectionBehind', input: unwritten(1_001, 'active'), at: '6m', labels: { projection: 'history' } },
    summary: 'The projection history is 1001 segments behind the log',
  },
  { alert: 'ProjectionBehind', input: unwritten(9_000, 'building'), at: '6m' },
  {
    ...{ alert: 'PartitionStopped', input: { 'telemetry_collector_stopped_partitions{instance="c"}': '0 2x5' } },
    ...{ at: '2m', labels: { instance: 'c' }, summary: 'Partitions of c that a damaged segment has stopped: 2' },
  },
  { alert: 'PartitionStopped', input: { 'telemetry_gateway_stopped_partitions{instance="g"}': '0x5' }, at: '2m' },
  {
    ...{ alert: 'StreamerWaiting', input: { 'telemetry_streamer_waiting{instance="s"}': '1x10' }, at: '6m' },
    ...{ labels: { instance: 's' }, summary: 's cannot append' },
  },
  { alert: 'StreamerWaiting', input: { 'telemetry_streamer_waiting{instance="s"}': '1x3 0 1x4' }, at: '6m' },
  {
    ...{ alert: 'DeadLetters', input: { telemetry_dead_letters: '3x90 5x30' }, at: '100m', labels: {} },
    summary: 'There are new dead letters, 5 in all',
  },
  {
    ...{ alert: 'DeadLetters', input: { telemetry_dead_letters: '3x10' }, at: '5m', labels: {} },
    summary: 'There are new dead letters, 3 in all',
  },
  { alert: 'DeadLetters', input: { telemetry_dead_letters: '3x100' }, at: '90m' },
  { alert: 'DeadLetters', input: { telemetry_dead_letters: '0x100' }, at: '5m' },
  {
    ...{ alert: 'EtcdNearlyFull', input: fullness('1600000000'), at: '6m', labels: {} },
    summary: 'etcd is 74.51% full',
  },
  { alert: 'EtcdNearlyFull', input: fullness('1400000000'), at: '6m' },
  { alert: 'GpusUnseen', input: {}, at: '11m', labels: {}, summary: 'Prometheus sees no GPU at all' },
  { alert: 'GpusUnseen', input: status('active', '1x20'), at: '11m' },
  { alert: 'GatewaysUnseen', input: {}, at: '6m', labels: {}, summary: 'Prometheus sees no gateway' },
  { alert: 'GatewaysUnseen', input: { telemetry_gateway_ready: '0x20' }, at: '6m' },
  { alert: 'CollectorsUnseen', input: {}, at: '6m', labels: {}, summary: 'Prometheus sees no collector' },
  { alert: 'CollectorsUnseen', input: { telemetry_collector_partitions: '0x20' }, at: '6m' },
];

describe('alerts', () => {
  const folder = useTempFolder();
  const { groups } = parse(readFileSync(alerts, 'utf8')) as { groups: readonly { rules: readonly Rule[] }[] };
  const rules = groups.flatMap((group) => group.rules);

  it('say what is wrong when it is, and nothing when it is not', function () {
    const tool = promtool();
    if (tool === undefined) return this.skip();
    const tests = cases.map(({ alert, input, at, labels, summary }) => {
      const rule = rules.find((one) => one.alert === alert)!;
      const said = {
        exp_labels: { ...rule.labels, ...labels },
        exp_annotations: { summary, description: rule.annotations.description },
      };
      return {
        interval: '1m',
        input_series: Object.entries(input).map(([name, values]) => ({ series: name, values })),
        alert_rule_test: [{ eval_time: at, alertname: alert, exp_alerts: summary === undefined ? [] : [said] }],
      };
    });
    const file = join(folder(), 'tests.yaml');
    writeFileSync(file, JSON.stringify({ rule_files: [alerts], tests }));
    const { status: code, text } = promtoolSays(tool, ['test', 'rules', file]);
    assert.equal(code, 0, text);
  });

  it('are each tried while something is wrong and while nothing is', () => {
    const tried = (fires: boolean): readonly string[] => [
      ...new Set(cases.filter(({ summary }) => (summary !== undefined) === fires).map(({ alert }) => alert)),
    ];
    const all = rules.map(({ alert }) => alert).sort();
    assert.deepEqual([[...tried(true)].sort(), [...tried(false)].sort()], [all, all]);
  });
});
