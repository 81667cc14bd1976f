import { type Device } from '../../domain/device.js';
import { type MetricName } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type Revision } from '../../domain/revision.js';
import { type Series } from '../../domain/segment/segment.js';
import { type TelemetryRecord } from './telemetry-record.js';

/** A record while its pieces are still coming together, in any order. */
export class Draft {
  readonly #values = new Map<MetricName, number>();
  readonly #revisions = new Map<MetricName, Revision>();
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
    if (value === undefined || revision < (this.#revisions.get(series.metric) ?? -1n)) return;
    this.#values.set(series.metric, value);
    this.#revisions.set(series.metric, revision);
  }

  record(): TelemetryRecord {
    const { cluster, hostname, uuid } = this.device;
    const { gpuIndex = '', device = '', modelName = '' } = this.#series ?? {};
    return { at: this.at, cluster, hostname, index: gpuIndex, uuid, device, modelName, values: this.#values };
  }
}
