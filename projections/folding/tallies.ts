import { type MetricName } from '../../domain/ids.js';
import { addFinite, type Tally, tallyLimit } from '../documents/tally.document.js';

/** The tallies of one minute under way, as columns. */
export class Tallies {
  private readonly rows = new Map<MetricName, number>();
  private readonly metrics: MetricName[] = [];
  private readonly count: number[] = [];
  private readonly sum: number[] = [];
  private readonly min: number[] = [];
  private readonly max: number[] = [];

  static of(tallies: readonly Tally[]): Tallies {
    const made = new Tallies();
    for (const { metric, count, sum, min, max } of tallies) made.push(metric, count, sum, min, max);
    return made;
  }

  /** The row of a metric, a new one if need be; -1 when there is no room for one more. */
  rowOf(metric: MetricName): number {
    const known = this.rows.get(metric);
    if (known !== undefined) return known;
    return this.metrics.length < tallyLimit ? this.push(metric, 0, 0, Infinity, -Infinity) : -1;
  }

  add(row: number, value: number): void {
    this.count[row]!++;
    this.sum[row] = addFinite(this.sum[row]!, value);
    if (value < this.min[row]!) this.min[row] = value;
    if (value > this.max[row]!) this.max[row] = value;
  }

  toTallies(): Tally[] {
    return this.metrics.map((metric, row) => ({
      metric,
      count: this.count[row]!,
      sum: this.sum[row]!,
      min: this.min[row]!,
      max: this.max[row]!,
    }));
  }

  private push(metric: MetricName, count: number, sum: number, min: number, max: number): number {
    this.rows.set(metric, this.metrics.push(metric) - 1);
    this.count.push(count);
    this.sum.push(sum);
    this.min.push(min);
    return this.max.push(max) - 1;
  }
}

/** The tallies of one minute within one segment: metrics go by the segment's numbers. */
export class TallyPass {
  private readonly rows: Int32Array;
  /** True when an event was added, and when a metric found no room. */
  added = false;
  overflowed = false;

  constructor(
    private readonly tallies: Tallies,
    private readonly metrics: readonly MetricName[],
  ) {
    this.rows = new Int32Array(metrics.length).fill(-2);
  }

  add(metric: number, value: number): void {
    let row = this.rows[metric]!;
    if (row === -2) row = this.rows[metric] = this.tallies.rowOf(this.metrics[metric]!);
    if (row < 0) {
      this.overflowed = true;
      return;
    }
    this.added = true;
    this.tallies.add(row, value);
  }
}
