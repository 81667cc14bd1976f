import { type Series } from '../../domain/segment/segment.js';
import { effectiveOf, type SegmentView } from '../folding/segment-view.js';
import { latestLimits } from './latest.document.js';
import { type DeviceState, type LatestState, newDevice } from './latest-state.js';
import { addMetric, asKnown, see, setRow } from './latest-step.js';

/**
 * Folds one segment into the hosts' states. Only the newest event of each metric of a device is looked at, unless the
 * segment shows a device at another place or with another holder: then its events are taken one by one.
 */
export class LatestPass {
  private readonly changed = new Set<LatestState>();
  /** By the segment's number of the device; undefined where the device is none of ours to fold. */
  private readonly devices: (DeviceState | undefined)[];
  private readonly mixed: Uint8Array;

  /** @param hosts by the segment's number of the host; undefined where the segment has been folded already */
  constructor(
    private readonly view: SegmentView,
    private readonly hosts: readonly (LatestState | undefined)[],
  ) {
    this.devices = new Array<DeviceState | undefined>(view.subjects.devices.length).fill(undefined);
    this.mixed = new Uint8Array(view.subjects.devices.length);
  }

  /** The states that the segment changed. */
  run(): ReadonlySet<LatestState> {
    const { seen } = this.view.extremes;
    for (const slot of seen) this.find(slot);
    if (this.findMixed()) this.seeEach();
    for (const slot of seen) this.takeNewest(slot);
    return this.changed;
  }

  private stateOf(device: number): LatestState | undefined {
    return this.hosts[this.view.subjects.devices[device]!.host];
  }

  /** The first slot of a device is the one of its first event, with which the device begins. */
  private find(slot: number): void {
    const number = this.view.subjects.slots[slot]!.device;
    const state = this.stateOf(number);
    if (!state || this.devices[number]) return;
    const { uuid } = this.view.subjects.devices[number]!.device;
    this.devices[number] = state.devices.get(uuid) ?? this.begin(state, slot);
  }

  private begin(state: LatestState, slot: number): DeviceState | undefined {
    if (state.devices.size >= latestLimits.devices) return this.truncate(state);
    const { subjects, extremes } = this.view;
    const { uuid } = subjects.devices[subjects.slots[slot]!.device]!.device;
    const event = extremes.first[slot]!;
    const device = newDevice(uuid, this.seriesOf(event), effectiveOf(this.view, event));
    state.devices.set(uuid, device);
    this.changed.add(state);
    return device;
  }

  private truncate(state: LatestState): undefined {
    if (!state.truncated) this.changed.add(state);
    state.truncated = true;
  }

  private findMixed(): boolean {
    const { samples, subjects } = this.view;
    samples.series.forEach((series, s) => {
      const number = subjects.deviceAt[s]!;
      const device = this.devices[number];
      if (device && !asKnown(device, series)) this.mixed[number] = 1;
    });
    return this.mixed.includes(1);
  }

  /** The events of mixed devices in their order, since each may say something else of place and holder. */
  private seeEach(): void {
    const { samples, subjects } = this.view;
    for (let i = 0; i < samples.seriesAt.length; i++) {
      const number = subjects.deviceAt[samples.seriesAt[i]!]!;
      if (this.mixed[number]) this.seeEvent(number, i);
    }
  }

  private seeEvent(number: number, event: number): void {
    if (see(this.devices[number]!, this.seriesOf(event), effectiveOf(this.view, event)))
      this.changed.add(this.stateOf(number)!);
  }

  private takeNewest(slot: number): void {
    const { device: number } = this.view.subjects.slots[slot]!;
    const device = this.devices[number];
    if (!device) return;
    const event = this.view.extremes.newest[slot]!;
    this.put(slot, device, event);
    if (!this.mixed[number]) this.seeEvent(number, event);
  }

  private put(slot: number, device: DeviceState, event: number): void {
    const { subjects, samples } = this.view;
    const { device: number, metric } = subjects.slots[slot]!;
    const state = this.stateOf(number)!;
    const effective = effectiveOf(this.view, event);
    const row = device.rows.get(subjects.metrics[metric]!) ?? addMetric(state, device, subjects.metrics[metric]!);
    if (row === undefined) return this.truncate(state);
    if (row < device.values.length && effective < device.effective[row]!) return;
    const observed = samples.times[samples.timeAt[event]!]!.at;
    setRow(device, row, { value: samples.values[event]!, observed, effective });
    this.changed.add(state);
  }

  private seriesOf(event: number): Series {
    return this.view.samples.series[this.view.samples.seriesAt[event]!]!;
  }
}
