import { parse } from 'csv-parse/sync';
import { exportText } from '../../data/passes.js';
import { type ClusterId, type GpuUuid, type Hostname, type MetricName } from '../../domain/ids.js';
import { parseInstant } from '../../domain/instant.js';
import { partitionOf } from '../../domain/partitioning.js';
import { type ObservedTime, type Samples, type Series } from '../../domain/segment/segment.js';

interface Row {
  readonly series: number;
  readonly time: number;
  readonly value: number;
}

/** A generated export in memory: every row a small object, which a benchmark of the codec does not measure. */
export interface ParsedExport {
  readonly series: readonly Series[];
  readonly partitions: readonly number[];
  readonly times: readonly ObservedTime[];
  readonly rows: readonly Row[];
}

const cluster = 'local-cluster' as ClusterId;

export function parseExport(
  options: { gpus: number; hosts: number; steps: number; interval: number; shuffle?: boolean },
  partitionCount: number,
): ParsedExport {
  const [series, partitions, times, rows]: [Series[], number[], ObservedTime[], Row[]] = [[], [], [], []];
  const known = new Map<string, number>();
  const knownTimes = new Map<string, number>();
  const text = exportText({ seed: 1, start: Date.parse('2025-01-15T09:30:00Z'), shuffle: false, ...options });
  for (const line of linesOf(text)) {
    const [time, metric] = [line.slice(1, 21), line.slice(24, line.indexOf('"', 24))];
    const key = metric + line.slice(line.indexOf('GPU-'), line.indexOf('GPU-') + 40);
    if (!known.has(key)) {
      const parsed: string[][] = parse(line);
      const fields = parsed[0]!;
      known.set(key, series.push(seriesOf(fields)) - 1);
      partitions.push(partitionOf(cluster, fields[6] as Hostname, partitionCount));
    }
    if (!knownTimes.has(time)) knownTimes.set(time, times.push({ at: parseInstant(time)!, text: undefined }) - 1);
    const valueAt = line.indexOf('","","","","') + 12;
    const value = Number(line.slice(valueAt, line.indexOf('"', valueAt)));
    rows.push({ series: known.get(key)!, time: knownTimes.get(time)!, value });
  }
  return { series, partitions, times, rows };
}

function* linesOf(chunks: Iterable<string>): Generator<string> {
  let rest = '';
  let header = true;
  for (const chunk of chunks) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    for (const line of header ? lines.slice(1) : lines) yield line;
    header = false;
  }
}

function seriesOf(fields: readonly string[]): Series {
  const [, metric, gpuIndex, device, uuid, modelName, hostname, container, pod, namespace, , labels] = fields;
  return {
    metric: metric as MetricName,
    gpuIndex: gpuIndex!,
    device: device!,
    uuid: uuid as GpuUuid,
    modelName: modelName!,
    hostname: hostname as Hostname,
    container: container!,
    pod: pod!,
    namespace: namespace!,
    labels: labels!,
    extra: [],
  };
}

/** The rows `from` to `to` as one batch: samples per partition, each with the dictionary of its own rows. */
export function batchOf({ series, partitions, times, rows }: ParsedExport, from: number, to: number): Samples[] {
  const byPartition = new Map<number, Row[]>();
  for (const row of rows.slice(from, to)) {
    const partition = partitions[row.series]!;
    const members = byPartition.get(partition);
    if (members) members.push(row);
    else byPartition.set(partition, [row]);
  }
  return [...byPartition.values()].map((members) => {
    const seriesNumbers = new Map<number, number>();
    const timeNumbers = new Map<number, number>();
    const numberIn = (numbers: Map<number, number>, key: number): number => {
      if (!numbers.has(key)) numbers.set(key, numbers.size);
      return numbers.get(key)!;
    };
    return {
      seriesAt: Uint32Array.from(members, (row) => numberIn(seriesNumbers, row.series)),
      timeAt: Uint32Array.from(members, (row) => numberIn(timeNumbers, row.time)),
      values: Float64Array.from(members, (row) => row.value),
      series: [...seriesNumbers.keys()].map((number) => series[number]!),
      times: [...timeNumbers.keys()].map((number) => times[number]!),
      texts: new Map<number, string>(),
    };
  });
}
