import { type Instant } from '../../domain/instant.js';
import { type ObservedTime, type Samples } from '../../domain/segment/segment.js';
import { keptSeries } from './kept-series.js';
import { Renumbering } from './renumbering.js';
import { mostNumbered, RunBlock } from './run-block.js';
import { type RunDevice } from './run-device.js';
import { SeriesTable } from './series-table.js';

const blockBits = 12;
const blockEvents = 1 << blockBits;

/**
 * The events of a run, in blocks of one size: columns that double would be half empty, and what they leave behind when
 * they grow is of sizes that nothing else fits in.
 */
export class RunColumns {
  length = 0;
  readonly series = new SeriesTable();
  private readonly times: Instant[] = [];
  private readonly blocks: RunBlock[] = [];
  private readonly seriesNumbers = new Renumbering();
  private readonly timeNumbers = new Renumbering();

  get memoryBytes(): number {
    const { blocks, times, series } = this;
    return blocks.length * RunBlock.bytesOf(blockEvents) + times.length * 32 + series.series.length * 160;
  }

  /**
   * @param numbers @param devices by the segment's number of the series: its number here, its device
   * @throws RangeError where more series or times are named than so many events can use
   */
  append(samples: Samples, numbers: Uint32Array, devices: readonly RunDevice[]): void {
    const firstTime = this.times.length;
    if (Math.max(firstTime + samples.times.length, this.series.series.length) > mostNumbered)
      throw new RangeError(`a run names at most ${String(mostNumbered)} series and times`);
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
      seriesAt[i] = block.series(place);
      timeAt[i] = block.time(place);
      values[i] = block.value(place);
      event -= block.back(place);
    }
    const series = this.seriesNumbers.renumber(seriesAt, table.length);
    const times = this.timeNumbers.renumber(timeAt, this.times.length);
    return {
      series: keptSeries(
        series.map((number) => table[number]!),
        device.device,
      ),
      times: times.map((number): ObservedTime => ({ at: this.times[number]!, text: undefined })),
      ...{ seriesAt, timeAt, values, texts: new Map() },
    };
  }

  private push(series: number, time: number, value: number, device: RunDevice): void {
    const event = this.length++;
    const place = event % blockEvents;
    if (place === 0) this.blocks.push(new RunBlock(blockEvents));
    this.blocks[event >>> blockBits]!.set(place, value, series, time, event - device.lastEvent);
    device.lastEvent = event;
    device.events++;
  }
}
