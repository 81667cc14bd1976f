import { type Instant } from '../../domain/instant.js';
import { type Device } from '../../domain/device.js';
import { type ObservedTime, type Samples, type Series } from '../../domain/segment/segment.js';
import { Renumbering } from './renumbering.js';
import { type RunDevice } from './run-device.js';
import { SeriesTable } from './series-table.js';

const blockBits = 12;
const blockEvents = 1 << blockBits;
const bytesPerEvent = 20;

const noExtra: Series['extra'] = [];

/** What history keeps of a series: which metric, and how the device stood and was called then. */
const asKept = (series: Series, { uuid, hostname }: Device): Series => ({
  ...{ metric: series.metric, gpuIndex: series.gpuIndex, device: series.device, uuid },
  ...{ modelName: series.modelName, hostname, container: '', pod: '', namespace: '', labels: '', extra: noExtra },
});

/** So many events in the order of the log, as columns. Each also names the one before it of the same device. */
class Block {
  private readonly bytes = new ArrayBuffer(blockEvents * bytesPerEvent);
  readonly values = new Float64Array(this.bytes, 0, blockEvents);
  readonly seriesAt = new Uint32Array(this.bytes, blockEvents * 8, blockEvents);
  readonly timeAt = new Uint32Array(this.bytes, blockEvents * 12, blockEvents);
  readonly before = new Int32Array(this.bytes, blockEvents * 16, blockEvents);
}

/**
 * The events of a run, in blocks of one size: columns that double would be half empty, and what they leave behind when
 * they grow is of sizes that nothing else fits in.
 */
export class RunColumns {
  length = 0;
  readonly series = new SeriesTable();
  private readonly times: Instant[] = [];
  private readonly blocks: Block[] = [];
  private readonly seriesNumbers = new Renumbering();
  private readonly timeNumbers = new Renumbering();

  get memoryBytes(): number {
    return this.blocks.length * blockEvents * bytesPerEvent + this.times.length * 32 + this.series.series.length * 160;
  }

  /** @param numbers @param devices by the segment's number of the series: its number here, its device */
  append(samples: Samples, numbers: Uint32Array, devices: readonly RunDevice[]): void {
    const firstTime = this.times.length;
    for (const { at } of samples.times) this.times.push(at);
    for (let i = 0; i < samples.values.length; i++) {
      const s = samples.seriesAt[i]!;
      this.push(numbers[s]!, firstTime + samples.timeAt[i]!, samples.values[i]!, devices[s]!);
    }
  }

  /** The events of one device in the order of the log. */
  samplesOf(device: RunDevice): Samples {
    const { events } = device;
    const table = this.series.series;
    const [seriesAt, timeAt, values] = [new Uint32Array(events), new Uint32Array(events), new Float64Array(events)];
    for (let i = events - 1, event = device.lastEvent; i >= 0; i--) {
      const block = this.blocks[event >>> blockBits]!;
      const place = event % blockEvents;
      seriesAt[i] = block.seriesAt[place]!;
      timeAt[i] = block.timeAt[place]!;
      values[i] = block.values[place]!;
      event = block.before[place]!;
    }
    const series = this.seriesNumbers.renumber(seriesAt, table.length);
    const times = this.timeNumbers.renumber(timeAt, this.times.length);
    return {
      series: series.map((number) => asKept(table[number]!, device.device)),
      times: times.map((number): ObservedTime => ({ at: this.times[number]!, text: undefined })),
      ...{ seriesAt, timeAt, values, texts: new Map() },
    };
  }

  private push(series: number, time: number, value: number, device: RunDevice): void {
    const event = this.length++;
    const place = event % blockEvents;
    if (place === 0) this.blocks.push(new Block());
    const block = this.blocks[event >>> blockBits]!;
    block.seriesAt[place] = series;
    block.timeAt[place] = time;
    block.values[place] = value;
    block.before[place] = device.lastEvent;
    device.lastEvent = event;
    device.events++;
  }
}
