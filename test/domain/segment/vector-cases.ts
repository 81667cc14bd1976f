import { type ClusterId, type GpuUuid, type Hostname, type MetricName, type SourceId } from '../../../domain/ids.js';
import { type Instant } from '../../../domain/instant.js';
import { type Revision } from '../../../domain/revision.js';
import { type Samples, type Segment, type Series } from '../../../domain/segment/segment.js';

/*
 * The segments behind the test vectors: one for each part of the format that a decoder has to know.
 */

const uuids = ['7d250411-9142-5c79-06b5-01c4de808d62', '179b0ac5-7e33-b2e2-a018-e015519bfbb9'];

const usual = (metric: string, gpu: number, hostname = 'dgx-h100-001'): Series => ({
  metric: metric as MetricName,
  gpuIndex: String(gpu),
  device: `nvidia${gpu}`,
  uuid: `GPU-${uuids[gpu % 2]}` as GpuUuid,
  modelName: 'NVIDIA H100 80GB HBM3',
  hostname: hostname as Hostname,
  container: '',
  pod: '',
  namespace: '',
  labels:
    `DCGM_FI_DRIVER_VERSION="535.129.03",Hostname="${hostname}",UUID="GPU-${uuids[gpu % 2]}",__name__="${metric}",` +
    `device="nvidia${gpu}",gpu="${gpu}",instance="${hostname}:9400",job="dcgm-exporter",modelName="NVIDIA H100 80GB HBM3"`,
  extra: [],
});

const second = (seconds: number): Instant => (BigInt(1_736_933_400 + seconds) * 1_000_000_000n) as Instant;
const counted = (length: number, number: (i: number) => number): number[] =>
  Array.from({ length }, (_, i) => number(i));

/** Samples of which every event has its own numbers given by functions of its place. */
const samplesOf = (
  series: readonly Series[],
  times: Samples['times'],
  events: number,
  at: { series: (i: number) => number; time: (i: number) => number; value: (i: number) => number },
  texts: ReadonlyMap<number, string> = new Map(),
): Samples => ({
  series,
  times,
  seriesAt: Uint32Array.from(counted(events, at.series)),
  timeAt: Uint32Array.from(counted(events, at.time)),
  values: Float64Array.from(counted(events, at.value)),
  texts,
});

const plainTimes = (count: number): Samples['times'] =>
  counted(count, (i) => i).map((i) => ({ at: second(i), text: undefined }));

/** Scattered numbers of 32 bits (the finaliser of MurmurHash3): the cases are the same for ever. */
const noise = (i: number): number => {
  const a = Math.imul(i ^ (i >>> 16), 0x85ebca6b);
  const b = Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return (b ^ (b >>> 16)) >>> 0;
};

const metrics = ['DCGM_FI_DEV_GPU_UTIL', 'DCGM_FI_DEV_POWER_USAGE', 'DCGM_FI_DEV_MEM_CLOCK'];
const regularSeries = metrics.flatMap((metric) => [usual(metric, 0), usual(metric, 1)]);

/** Three metrics of two GPUs, forty times over. */
const regular = samplesOf(regularSeries, plainTimes(40), 240, {
  series: (i) => i % 6,
  time: (i) => Math.floor(i / 6),
  value: (i) => [noise(i) % 100, 0, (70_000 + (noise(i) % 9_000)) / 1000, 73.136, 2619, 2619][i % 6]!,
});

const oddSeries: readonly Series[] = [
  { ...usual('Ω "quoted"\n', 0), labels: '', gpuIndex: '', device: '', hostname: 'höst' as Hostname },
  { ...usual('x', 1), uuid: 'MIG-GPU' as GpuUuid, labels: '\u0000already \u0001 strange', modelName: '\ud800' },
  {
    ...usual('y', 0),
    container: 'train',
    pod: 'train-0',
    namespace: 'ml',
    labels: 'GPU_I_ID="3",GPU_I_PROFILE="1g.10gb",container="train",pod="train-0",namespace="ml",gpu="0"',
    extra: [
      ['rack', 'r1'],
      ['rack', ''],
    ],
  },
  { ...usual('z', 0), extra: [['rack', 'r2']] },
];

const writtenTimes: Samples['times'] = [
  { at: second(0), text: '2025-01-15 09:30:00' },
  { at: second(1), text: '2025-01-15T11:30:01.000+02:00' },
  { at: (second(2) + 1_500n) as Instant, text: undefined },
  { at: second(-3_000_000_000), text: 'long ago' },
];

const doubles = [0.1 + 0.2, -0, 5e-324, 1.7976931348623157e308, -1e300];
const large = [2 ** 51 - 1, -(2 ** 51) + 1, 0, 123_456_789_012, -1];

export const sampleCases: Readonly<Record<string, Samples>> = {
  empty: samplesOf([], [], 0, { series: () => 0, time: () => 0, value: () => 0 }),
  regular,
  'odd-texts': samplesOf(oddSeries, plainTimes(1), 4, { series: (i) => i, time: () => 0, value: (i) => i }),
  written: samplesOf(
    [usual('a', 0)],
    writtenTimes,
    8,
    { series: () => 0, time: (i) => i % 4, value: (i) => i / 2 },
    new Map([...counted(6, (i) => i).map((i) => [i, (i / 2).toFixed(3)] as const), [7, '+3.5'] as const]),
  ),
  numbers: samplesOf(metrics.map((metric) => usual(metric, 0)).slice(0, 2), plainTimes(1), 10, {
    series: (i) => (i < 5 ? 0 : 1),
    time: () => 0,
    value: (i) => (i < 5 ? doubles[i]! : large[i - 5]!),
  }),
  'first-values': samplesOf(
    counted(40, (i) => i).map((i) => usual('m', i)),
    plainTimes(1),
    40,
    {
      series: (i) => i,
      time: () => 0,
      value: (i) => (i % 7 === 0 ? 98 + (i % 3) : 4),
    },
  ),
  disorder: samplesOf(regularSeries, plainTimes(5), 300, {
    series: (i) => noise(i) % 6,
    time: (i) => noise(i + 1000) % 5,
    value: (i) => noise(i),
  }),
};

const header: Segment['header'] = {
  cluster: 'local-cluster' as ClusterId,
  source: '3f2a9c0d5be8417766aa01c2d3e4f506' as SourceId,
  claim: 9_007_199_254_740_993n as Revision,
  batch: 17,
  part: 2,
  parts: 14,
  from: 105_306_515,
  to: 210_613_030,
  pass: 0,
  appendedAt: ((second(4) as bigint) + 250_000_000n) as Instant,
  columns: 'timestamp,metric_name,gpu_id,device,uuid,modelName,Hostname,container,pod,namespace,value,labels_raw'.split(
    ',',
  ),
  events: 240,
};

export const segmentCases: Readonly<Record<string, Segment>> = {
  'usual-columns': { header, samples: regular },
  'own-columns': {
    header: { ...header, cluster: 'größer' as ClusterId, columns: ['value', '', 'rack'], events: 4 },
    samples: sampleCases['odd-texts']!,
  },
};
