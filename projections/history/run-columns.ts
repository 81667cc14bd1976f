import { type Instant } from '../../domain/instant.js';
import { type ObservedTime, type Samples, type Series } from '../../domain/segment/segment.js';
import { Renumbering } from './renumbering.js';
import { type RunDevice } from './run-device.js';

const startSize = 1_024;

/** The events of a run as growing columns. Each event also names the one before it of the same device. */
export class RunColumns {
  length = 0;
  private readonly series: Series[] = [];
  private readonly times: Instant[] = [];
  private seriesAt = new Uint32Array(startSize);
  private timeAt = new Uint32Array(startSize);
  private before = new Int32Array(startSize);
  private values = new Float64Array(startSize);
  private readonly seriesNumbers = new Renumbering();
  private readonly timeNumbers = new Renumbering();

  get memoryBytes(): number {
    return this.values.length * 20 + this.times.length * 32 + this.series.length * 160;
  }

  addSeries(series: Series): number {
    return this.series.push(series) - 1;
  }

  /** @param numbers @param devices by the segment's number of the series: its number here, its device */
  append(samples: Samples, numbers: Uint32Array, devices: readonly RunDevice[]): void {
    this.reserve(samples.values.length);
    const firstTime = this.times.length;
    for (const { at } of samples.times) this.times.push(at);
    for (let i = 0; i < samples.values.length; i++) {
      const s = samples.seriesAt[i]!;
      this.push(numbers[s]!, firstTime + samples.timeAt[i]!, samples.values[i]!, devices[s]!);
    }
  }

  /** The events of one device in the order of the log. */
  samplesOf(device: RunDevice): Samples {
    const events = this.eventsOf(device);
    const series = this.seriesNumbers.of(events, this.seriesAt, this.series.length);
    const times = this.timeNumbers.of(events, this.timeAt, this.times.length);
    const values = new Float64Array(events.length);
    for (let i = 0; i < events.length; i++) values[i] = this.values[events[i]!]!;
    return {
      series: series.used.map((number) => this.series[number]!),
      times: times.used.map((number): ObservedTime => ({ at: this.times[number]!, text: undefined })),
      seriesAt: series.column,
      timeAt: times.column,
      ...{ values, texts: new Map() },
    };
  }

  private eventsOf(device: RunDevice): Uint32Array {
    const events = new Uint32Array(device.events);
    let event = device.lastEvent;
    for (let i = events.length - 1; i >= 0; i--) {
      events[i] = event;
      event = this.before[event]!;
    }
    return events;
  }

  private push(series: number, time: number, value: number, device: RunDevice): void {
    const event = this.length++;
    this.seriesAt[event] = series;
    this.timeAt[event] = time;
    this.values[event] = value;
    this.before[event] = device.lastEvent;
    device.lastEvent = event;
    device.events++;
  }

  private reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.values.length) return;
    const size = Math.max(needed, this.values.length * 2);
    this.seriesAt = grown(this.seriesAt, new Uint32Array(size));
    this.timeAt = grown(this.timeAt, new Uint32Array(size));
    this.before = grown(this.before, new Int32Array(size));
    this.values = grown(this.values, new Float64Array(size));
  }
}

const grown = <C extends Uint32Array | Int32Array | Float64Array>(column: C, larger: C): C => {
  larger.set(column);
  return larger;
};
