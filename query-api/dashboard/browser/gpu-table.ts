import { type GpuStatus } from './address.js';
import { type Gpu, valueWidth } from './feed-messages.js';
import { now } from './gateway-clock.js';

/** One metric of all GPUs, by place; not a number where none was ever sampled. */
export interface Column {
  readonly values: Float64Array;
  /** When each was observed, milliseconds since the Unix epoch. */
  readonly times: Float64Array;
}

/** Told of each value as it comes, old ones included. */
export type OnValue = (uuid: string, metric: string, time: number, value: number) => void;

const grown = (column: Column | undefined, size: number): Column => {
  const values = new Float64Array(size).fill(NaN);
  const times = new Float64Array(size);
  if (column) {
    values.set(column.values.subarray(0, size));
    times.set(column.times.subarray(0, size));
  }
  return { values, times };
};

/** GPUs and their newest values in columns, so that a second of ten thousand GPUs is a few milliseconds of work. */
export class GpuTable {
  #gpus: Gpu[] = [];
  readonly #columns = new Map<string, Column>();
  readonly #places = new Map<string, number>();
  /** Counts changes of the inventory and of statuses. */
  version = 0;
  /** Counts changes of the inventory alone. */
  inventories = 0;
  /** When something was observed last, or came where it is dated later; milliseconds since the Unix epoch, 0 before all. */
  newest = 0;
  /** Whether the inventory has come. */
  loaded = false;

  get gpus(): readonly Gpu[] {
    return this.#gpus;
  }

  get metrics(): readonly string[] {
    return [...this.#columns.keys()];
  }

  place(uuid: string): number | undefined {
    return this.#places.get(uuid);
  }

  setInventory(gpus: readonly Gpu[], anew: boolean): void {
    if (anew) this.#columns.clear();
    this.#gpus = [...gpus];
    this.#places.clear();
    gpus.forEach(({ uuid }, place) => this.#places.set(uuid, place));
    for (const [metric, column] of this.#columns)
      if (column.values.length < gpus.length) this.#columns.set(metric, grown(column, gpus.length));
    for (const { lastSeen } of gpus) this.hear(lastSeen);
    this.loaded = true;
    this.inventories++;
    this.version++;
  }

  setStatus(uuid: string, status: GpuStatus, lastSeen: number): void {
    const place = this.#places.get(uuid);
    if (place === undefined) return;
    this.#gpus[place] = { ...this.#gpus[place]!, status, lastSeen };
    this.hear(lastSeen);
    this.version++;
  }

  /** Something was observed at this time. */
  hear(time: number): void {
    if (time > this.newest) this.newest = time;
  }

  column(metric: string): Column | undefined {
    return this.#columns.get(metric);
  }

  #columnOf(metric: string): Column {
    const known = this.#columns.get(metric);
    if (known) return known;
    const made = grown(undefined, this.#gpus.length);
    this.#columns.set(metric, made);
    return made;
  }

  /** Takes values in the form of messages; later observations win, but for those of the future. */
  apply(metrics: readonly string[], values: Float64Array, tell?: OnValue): void {
    const columns = metrics.map((metric) => this.#columnOf(metric));
    const present = now();
    for (let at = 0; at < values.length; at += valueWidth) {
      const [place, metric, time, value] = [values[at]!, values[at + 1]!, values[at + 2]!, values[at + 3]!];
      const column = columns[metric]!;
      if (time >= column.times[place]! || column.times[place]! > present) {
        column.times[place] = time;
        column.values[place] = value;
      }
      tell?.(this.#gpus[place]!.uuid, metrics[metric]!, time, value);
    }
  }
}
