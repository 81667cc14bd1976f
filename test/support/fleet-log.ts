import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type Etcd3 } from 'etcd3';
import {
  type ClusterId,
  type GpuUuid,
  type Hostname,
  type Lane,
  type MetricName,
  type Partition,
  type Sequence,
  type SourceId,
} from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { partitionOf } from '../../domain/partitioning.js';
import { type Revision } from '../../domain/revision.js';
import { encodeSegment } from '../../domain/segment/encode.js';
import { type Samples, type Series } from '../../domain/segment/segment.js';
import { SourceCheckpoint } from '../../domain/source-checkpoint.js';
import { type Keys } from '../../infra/etcd/keys.js';
import { toJson } from '../../infra/etcd/stored-json.js';
import { transact } from '../../infra/etcd/transaction.js';

export interface Fleet {
  readonly hosts: number;
  readonly gpusPerHost: number;
  readonly metrics: number;
  /** Names of the first of them; the others have made ones. */
  readonly metricNames?: readonly string[];
  /** Characters of labels that do not compress, so that segments are large with few events. */
  readonly noise?: number;
}

const cluster = 'test-cluster' as ClusterId;
const second = 1_000_000_000n;
const start = 1_750_000_000n * second;

/** A log of real segments, written as a streamer would: one lane, one source, its checkpoint with every append. */
export class FleetLog {
  readonly source: SourceId;
  readonly #next: number[];
  readonly #series = new Map<Partition, Series[]>();
  #batch = 0;
  /** Seconds streamed, and events appended. */
  steps = 0;
  events = 0;
  segments = 0;
  /** Of the segments, as stored. */
  bytes = 0;
  /** The revision of the last append. */
  head = 0n as Revision;

  constructor(
    private readonly client: Etcd3,
    private readonly keys: Keys,
    private readonly partitions: number,
    private readonly fleet: Fleet,
    readonly lane = 0 as Lane,
  ) {
    this.source = String(lane).padStart(32, 'a') as SourceId;
    this.#next = Array.from({ length: partitions }, () => 0);
    for (let host = 0; host < fleet.hosts; host++) this.#addHost(host);
  }

  get gpus(): number {
    return this.fleet.hosts * this.fleet.gpusPerHost;
  }

  /** Appends the next seconds of the whole fleet, each in one append, with pauses of so many milliseconds. */
  async stream(steps: number, pauseMs = 0, signal?: AbortSignal): Promise<void> {
    for (let step = 0; step < steps && signal?.aborted !== true; step++) {
      await this.append(1);
      if (pauseMs > 0) await pause(pauseMs);
    }
  }

  /** One append that covers so many seconds. */
  async append(steps: number, state: SourceCheckpoint['state'] = 'reading'): Promise<void> {
    const events = this.gpus * this.fleet.metrics * steps;
    const segments = [...this.#series].map(([partition, series], part, all) => {
      const samples = this.#samples(series, steps);
      const header = {
        ...{
          cluster,
          source: this.source,
          claim: 1n as Revision,
          batch: this.#batch,
          part,
          parts: all.length,
          pass: 0,
        },
        ...{ from: this.events, to: this.events + events },
        appendedAt: (start + BigInt(this.steps + steps) * second) as Instant,
        columns: ['timestamp', 'metric_name', 'value'],
        events: samples.values.length,
      };
      const place = { partition, lane: this.lane, sequence: this.#next[partition]!++ as Sequence };
      return { key: this.keys.segment(place), value: encodeSegment({ header, samples }) };
    });
    this.steps += steps;
    this.events += events;
    this.segments += segments.length;
    this.bytes += segments.reduce((sum, { value }) => sum + value.byteLength, 0);
    this.#batch += 1;
    this.head = await this.#put([...segments, { key: this.keys.source(this.source), value: this.#checkpoint(state) }]);
  }

  /** Puts bytes that are no segment where the next one of a partition belongs. */
  async appendDamaged(partition: Partition): Promise<string> {
    const key = this.keys.segment({ partition, lane: this.lane, sequence: this.#next[partition]!++ as Sequence });
    this.head = await this.#put([{ key, value: Buffer.from('this is no segment') }]);
    return key;
  }

  partitionOfHost(host: number): Partition {
    return partitionOf(cluster, hostName(host), this.partitions);
  }

  #addHost(host: number): void {
    const partition = this.partitionOfHost(host);
    const series = this.#series.get(partition) ?? [];
    this.#series.set(partition, series);
    for (let gpu = 0; gpu < this.fleet.gpusPerHost; gpu++) {
      for (let metric = 0; metric < this.fleet.metrics; metric++) series.push(seriesOf(host, gpu, metric, this.fleet));
    }
  }

  #samples(series: readonly Series[], steps: number): Samples {
    const count = series.length * steps;
    return {
      series,
      times: Array.from({ length: steps }, (_, step) => ({
        at: (start + BigInt(this.steps + step) * second) as Instant,
        text: undefined,
      })),
      seriesAt: Uint32Array.from({ length: count }, (_, event) => event % series.length),
      timeAt: Uint32Array.from({ length: count }, (_, event) => Math.floor(event / series.length)),
      values: Float64Array.from({ length: count }, (_, event) => (((this.steps * 31 + event) * 7919) % 1009) / 8),
      texts: new Map(),
    };
  }

  #checkpoint(state: SourceCheckpoint['state']): Uint8Array {
    const none = { length: 0, sha256: '' };
    return toJson(SourceCheckpoint, {
      ...{ source: this.source, cluster, path: 'fleet.csv', log_id: 'log', claim: 1n as Revision, batch: this.#batch },
      ...{ offset: this.events, row: this.events + 1, rows: this.events, events: this.events, dead_letters: 0 },
      ...{
        dead_letter_bytes: 0,
        counted: this.events,
        first: none,
        last: none,
        pass: 0,
        base: null,
        newest: null,
        state,
      },
    });
  }

  /** Until a transaction answers; a refused one was applied before its answer was lost, since nobody else writes here. */
  async #put(writes: readonly { readonly key: string; readonly value: Uint8Array }[]): Promise<Revision> {
    const [first] = writes;
    for (;;) {
      const answer = await transact(this.client, {
        compares: [{ kind: 'absent', key: first!.key }],
        operations: writes.map((write) => ({ kind: 'put', ...write })),
        elseGet: [first!.key],
      });
      if (answer.kind === 'done') return answer.revision;
      if (answer.kind === 'refused') return answer.found[0]!.created;
      assert(answer.kind === 'unknown');
      await pause(20);
    }
  }
}

const hostName = (host: number) => `host-${String(host).padStart(3, '0')}` as Hostname;

const seriesOf = (host: number, gpu: number, metric: number, { noise = 0, metricNames = [] }: Fleet): Series => ({
  metric: (metricNames[metric] ?? `DCGM_FI_DEV_TEST_${String(metric)}`) as MetricName,
  gpuIndex: String(gpu),
  device: `nvidia${String(gpu)}`,
  uuid: `GPU-${String(host).padStart(4, '0')}-${String(gpu)}` as GpuUuid,
  modelName: 'NVIDIA H100 80GB HBM3',
  hostname: hostName(host),
  container: '',
  pod: '',
  namespace: '',
  labels: `job="dcgm",noise="${randomBytes(noise / 2).toString('hex')}"`,
  extra: [],
});
