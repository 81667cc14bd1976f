import { knownMetrics } from '../../../domain/metrics.js';
import { lengthOf, type Range } from './address.js';
import { Chart, type Line } from './chart.js';
import { element } from './element.js';
import { type GpuTable } from './gpu-table.js';
import { TimeSeries } from './time-series.js';

/** What a chart says above its lines: the newest value, and what else there is to know of it. */
export type Headline = (metric: string) => readonly [value: string, note: string];

const order = (metric: string): number => {
  const place = knownMetrics.findIndex(({ field }) => field === metric);
  return place < 0 ? knownMetrics.length : place;
};

/** A chart for each metric, with a line for each GPU; charts appear with the first value of their metric. */
export class ChartWall {
  readonly root = element('div', { class: 'charts' });
  readonly #charts = new Map<string, { readonly chart: Chart; readonly series: TimeSeries }>();
  #lines: readonly Line[] = [];

  /** @param only these metrics; all when undefined */
  constructor(
    private readonly group: string,
    private readonly only?: readonly string[],
  ) {}

  take(place: number, metric: string, time: number, value: number): void {
    if (this.only && !this.only.includes(metric)) return;
    const kept = this.#charts.get(metric) ?? this.#made(metric);
    kept.series.grow(place + 1);
    kept.series.add(place, time, value);
  }

  #made(metric: string): { readonly chart: Chart; readonly series: TimeSeries } {
    const made = { chart: new Chart(metric, this.group), series: new TimeSeries(this.#lines.length) };
    this.#charts.set(metric, made);
    const after = [...this.#charts.keys()].sort((a, b) => order(a) - order(b) || a.localeCompare(b));
    this.root.replaceChildren(...after.map((name) => this.#charts.get(name)!.chart.root));
    return made;
  }

  show(table: GpuTable, range: Range, headline: Headline): void {
    this.#lines = table.gpus.map(({ index }) => ({ name: `GPU ${index}` }));
    const length = lengthOf(range);
    const now = Date.now();
    // Where there is nothing as young as the range, the charts end with what there is.
    const to = now - table.newest < length ? now : table.newest;
    for (const [metric, { chart, series }] of this.#charts) {
      series.grow(this.#lines.length);
      chart.headline(...headline(metric));
      chart.show(this.#lines, series.from(to - length), to - length, to);
    }
  }

  recolour(): void {
    for (const { chart } of this.#charts.values()) chart.recolour();
  }

  close(): void {
    for (const { chart } of this.#charts.values()) chart.close();
  }
}
