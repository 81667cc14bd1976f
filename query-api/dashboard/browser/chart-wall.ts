import { knownMetrics } from '../../../domain/metrics.js';
import { lengthOf, type Range } from './address.js';
import { Chart, type Line } from './chart.js';
import { element } from './element.js';
import { now } from './gateway-clock.js';
import { nameOf } from './gpu-name.js';
import { type GpuTable } from './gpu-table.js';
import { isAhead } from './quantities.js';
import { TimeSeries } from './time-series.js';

/** What a chart says above its lines: the newest value, and what else there is to know of it. */
export type Headline = (metric: string) => readonly [value: string, note: string];

const order = (metric: string): number => {
  const place = knownMetrics.findIndex(({ field }) => field === metric);
  return place < 0 ? knownMetrics.length : place;
};

/** Where the charts end: now, or with what there is where nothing is as young as they are long, or all lies ahead. */
const endOf = (table: GpuTable, length: number): number => {
  const latest = table.metrics.flatMap((metric) => [...table.column(metric)!.times]).filter((time) => time > 0);
  if (latest.length > 0 && latest.every((time) => isAhead(time - now()))) return Math.max(...latest);
  return now() - table.newest < length ? now() : table.newest;
};

/** A chart for each metric, with a line for each GPU; charts appear with the first value of their metric. */
export class ChartWall {
  readonly root = element('div', { class: 'charts' });
  readonly #charts = new Map<string, { readonly chart: Chart; readonly series: TimeSeries }>();
  /** Which line of a series is whose: GPUs come and go, and their places change. */
  readonly #numbers = new Map<string, number>();

  /** @param only these metrics; all when undefined */
  constructor(
    private readonly group: string,
    private readonly only?: readonly string[],
  ) {}

  take(uuid: string, metric: string, time: number, value: number): void {
    if (this.only && !this.only.includes(metric)) return;
    const { series } = this.#charts.get(metric) ?? this.#made(metric);
    const line = this.#numberOf(uuid);
    series.grow(this.#numbers.size);
    series.add(line, time, value);
  }

  #numberOf(uuid: string): number {
    const known = this.#numbers.get(uuid);
    if (known !== undefined) return known;
    this.#numbers.set(uuid, this.#numbers.size);
    return this.#numbers.size - 1;
  }

  #made(metric: string): { readonly chart: Chart; readonly series: TimeSeries } {
    const made = { chart: new Chart(metric, this.group), series: new TimeSeries(this.#numbers.size) };
    this.#charts.set(metric, made);
    const after = [...this.#charts.keys()].sort((a, b) => order(a) - order(b) || a.localeCompare(b));
    this.root.replaceChildren(...after.map((name) => this.#charts.get(name)!.chart.root));
    return made;
  }

  show(table: GpuTable, range: Range, headline: Headline): void {
    const lines: readonly Line[] = table.gpus.map((gpu) => ({ name: nameOf(gpu) }));
    const numbers = table.gpus.map(({ uuid }) => this.#numberOf(uuid));
    const length = lengthOf(range);
    const to = endOf(table, length);
    for (const [metric, { chart, series }] of this.#charts) {
      series.grow(this.#numbers.size);
      chart.headline(...headline(metric));
      const shown = series.from(to - length);
      chart.show(lines, { times: shown.times, lines: numbers.map((line) => shown.lines[line]!) }, to - length, to);
    }
  }

  recolour(): void {
    for (const { chart } of this.#charts.values()) chart.recolour();
  }

  close(): void {
    for (const { chart } of this.#charts.values()) chart.close();
  }
}
