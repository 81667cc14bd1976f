import { type Device } from '../../domain/device.js';
import { type MetricName } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type Revision } from '../../domain/revision.js';
import { type Series } from '../../domain/segment/segment.js';
import { type TelemetryRecord } from './telemetry-record.js';

/** A record while its pieces are still coming together, in any order. */
export class Draft {
  readonly #values = new Map<MetricName, number>();
  /** That of the values: nearly always all come with one. */
  #revision = -1n as Revision;
  /** Where values came with several, that of each metric which has another. */
  #others: Map<MetricName, Revision> | undefined;
  #series: Series | undefined;
  #seriesRevision = -1n;

  constructor(
    readonly device: Device,
    readonly at: Instant,
  ) {}

  /** Within a piece samples come in order, so at the same revision the later one counts. */
  add(series: Series, value: number | undefined, revision: Revision): void {
    if (revision >= this.#seriesRevision) {
      this.#series = series;
      this.#seriesRevision = revision;
    }
    if (value === undefined || revision < this.#revisionOf(series.metric)) return;
    if (this.#values.size === 0) this.#revision = revision;
    this.#values.set(series.metric, value);
    if (revision !== this.#revision) (this.#others ??= new Map<MetricName, Revision>()).set(series.metric, revision);
    else this.#others?.delete(series.metric);
  }

  #revisionOf(metric: MetricName): Revision {
    const first = this.#values.has(metric) ? this.#revision : (-1n as Revision);
    return this.#others?.get(metric) ?? first;
  }

  record(): TelemetryRecord {
    const { cluster, hostname, uuid } = this.device;
    const { gpuIndex = '', device = '', modelName = '' } = this.#series ?? {};
    return { at: this.at, cluster, hostname, index: gpuIndex, uuid, device, modelName, values: this.#values };
  }
}
