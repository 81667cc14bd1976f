import { type Device, deviceKey, type DeviceName } from '../../domain/device.js';
import { type Revision } from '../../domain/revision.js';
import { type Samples, type Segment, type Series } from '../../domain/segment/segment.js';
import { type Subjects, subjectsOf } from '../folding/subjects.js';
import { RunColumns } from './run-columns.js';
import { newRunDevice, type RunDevice } from './run-device.js';
import { runEnds } from './run-limits.document.js';

/** By a segment's number of the series: the run's number of it, and its device. */
interface RunSeries {
  readonly numbers: Uint32Array;
  readonly devices: readonly RunDevice[];
}

/**
 * A run of one partition's log, under way or ended, as samples by device: what a collector makes chunks of, and what a
 * gateway answers from until they are written. 16 bytes an event and no object for it. Segments are appended in the
 * order of the log; when the run `ended`, the next segment begins another one.
 */
export class OpenRun {
  private readonly columns = new RunColumns();
  private readonly byAddress = new Map<string, RunDevice>();
  private readonly known = new WeakMap<Subjects, RunSeries>();
  private first: Revision | undefined;
  private last: Revision | undefined;
  private stored = 0;
  private appended = 0;

  /** Of the first and of the last segment; undefined while there is none. */
  get from(): Revision | undefined {
    return this.first;
  }
  get through(): Revision | undefined {
    return this.last;
  }

  get segments(): number {
    return this.appended;
  }

  get events(): number {
    return this.columns.length;
  }

  /** What the samples occupy in memory, for whoever bounds it. */
  get memoryBytes(): number {
    return this.columns.memoryBytes;
  }

  get ended(): boolean {
    return runEnds(this.stored, this.events, this.segments);
  }

  /** @param storedBytes the length of the segment's value in the log: where a run ends, the log alone decides */
  append(segment: Segment, revision: Revision, storedBytes: number): void {
    this.first ??= revision;
    this.last = revision;
    this.stored += storedBytes;
    this.appended++;
    const { numbers, devices } = this.seriesOf(segment);
    this.columns.append(segment.samples, numbers, devices);
  }

  private seriesOf(segment: Segment): RunSeries {
    const subjects = subjectsOf(segment);
    const known = this.known.get(subjects) ?? this.addSeries(subjects, segment.samples.series);
    this.known.set(subjects, known);
    return known;
  }

  private addSeries({ devices, deviceAt }: Subjects, series: readonly Series[]): RunSeries {
    const runDevices = devices.map(({ device }) => this.deviceFor(device));
    const bySeries = series.map((_, s) => runDevices[deviceAt[s]!]!);
    return {
      numbers: Uint32Array.from(series, (one, s) => this.columns.series.numberOf(one, bySeries[s]!)),
      devices: bySeries,
    };
  }

  /** The devices that have samples, in the order in which segments named them. */
  devices(): readonly Device[] {
    return [...this.byAddress.values()].filter(({ events }) => events > 0).map(({ device }) => device);
  }

  /** The samples of a device in the order of the log; undefined when the run has none. Make them one by `mergeSamples`. */
  samplesOf(address: DeviceName): Samples | undefined {
    const device = this.byAddress.get(deviceKey(address));
    return device && device.events > 0 ? this.columns.samplesOf(device) : undefined;
  }

  private deviceFor(device: Device): RunDevice {
    const known = this.byAddress.get(deviceKey(device)) ?? newRunDevice(device);
    this.byAddress.set(deviceKey(device), known);
    return known;
  }
}
