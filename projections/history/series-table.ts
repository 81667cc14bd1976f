import { type MetricName } from '../../domain/ids.js';
import { type Series } from '../../domain/segment/segment.js';
import { sameAsKept } from './kept-series.js';
import { type RunDevice } from './run-device.js';

/**
 * The series of a run by its own numbers. A collector keeps one for every metric of every GPU, so there is no object for
 * it: each names the one before it of its device, and whoever adds one looks through these.
 */
export class SeriesTable {
  readonly series: Series[] = [];
  readonly #metricAt: number[] = [];
  readonly #before: number[] = [];
  readonly #metrics = new Map<MetricName, number>();

  /** The number of a series of this device, a new one if need be. */
  numberOf(series: Series, device: RunDevice): number {
    const metric = this.#metricNumber(series.metric);
    for (let known = device.lastSeries; known >= 0; known = this.#before[known]!)
      if (this.#metricAt[known] === metric && sameAsKept(this.series[known]!, series)) return known;
    this.#before.push(device.lastSeries);
    this.#metricAt.push(metric);
    return (device.lastSeries = this.series.push(series) - 1);
  }

  #metricNumber(metric: MetricName): number {
    const known = this.#metrics.get(metric) ?? this.#metrics.size;
    this.#metrics.set(metric, known);
    return known;
  }
}
