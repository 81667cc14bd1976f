import { type MetricName } from '../../domain/ids.js';
import { type Revision } from '../../domain/revision.js';
import { type Series } from '../../domain/segment/segment.js';
import { effectiveOf, type SegmentView } from '../folding/segment-view.js';
import { seriesOf } from '../folding/subjects.js';
import { latestLimits } from './latest.document.js';
import { type KnownDevices } from './known-devices.js';
import { type DeviceState, type LatestState, newDevice } from './latest-state.js';
import { addMetric, asKnown, rowOf, see, seeAsKnown, setRow } from './latest-step.js';

/**
 * Folds one segment into the hosts' states. Only the newest event of each metric of a device is looked at, unless the
 * segment shows a device at another place or with another holder: then its events are taken one by one.
 */
export class LatestPass {
  private readonly changed = new Set<LatestState>();
  private readonly mixed: Uint8Array;

  /** @param hosts by the segment's number of the host; undefined where the segment has been folded already */
  constructor(
    private readonly view: SegmentView,
    private readonly revision: Revision,
    private readonly hosts: readonly (LatestState | undefined)[],
    private readonly known: KnownDevices,
  ) {
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

  /** Undefined where the segment has been folded already, and where the host's document is full. */
  private deviceAt(number: number): DeviceState | undefined {
    return this.stateOf(number) && this.known.devices[number];
  }

  /** The first slot of a device is the one of its first event, with which the device begins. */
  private find(slot: number): void {
    const number = this.view.subjects.slots.device[slot]!;
    const state = this.stateOf(number);
    if (!state || this.known.devices[number]) return;
    const { uuid } = this.view.subjects.devices[number]!.device;
    this.known.devices[number] = state.devices.get(uuid) ?? this.begin(state, slot);
  }

  private begin(state: LatestState, slot: number): DeviceState | undefined {
    if (state.devices.size >= latestLimits.devices) return this.truncate(state);
    const { subjects, extremes } = this.view;
    const { uuid } = subjects.devices[subjects.slots.device[slot]!]!.device;
    const event = extremes.first[slot]!;
    const device = newDevice(uuid, this.seriesOf(event), effectiveOf(this.view, event), this.revision);
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
    for (let number = 0; number < subjects.devices.length; number++) {
      const device = this.deviceAt(number);
      if (!device || this.known.agreed[number] === device.version) continue;
      const agrees = seriesOf(subjects, number).every((s) => asKnown(device, samples.series[s]!));
      this.mixed[number] = agrees ? 0 : 1;
      if (agrees) this.known.agreed[number] = device.version;
    }
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
    const at = effectiveOf(this.view, event);
    if (see(this.known.devices[number]!, this.seriesOf(event), at, this.revision))
      this.changed.add(this.stateOf(number)!);
  }

  private takeNewest(slot: number): void {
    const number = this.view.subjects.slots.device[slot]!;
    const device = this.deviceAt(number);
    if (!device) return;
    const event = this.view.extremes.newest[slot]!;
    this.put(slot, device, event);
    if (!this.mixed[number] && seeAsKnown(device, effectiveOf(this.view, event), this.revision))
      this.changed.add(this.stateOf(number)!);
  }

  private put(slot: number, device: DeviceState, event: number): void {
    const { subjects, samples } = this.view;
    const state = this.stateOf(subjects.slots.device[slot]!)!;
    const effective = effectiveOf(this.view, event);
    const row = this.rowOf(slot, device, state, subjects.metrics[subjects.slots.metric[slot]!]!);
    if (row === undefined) return this.truncate(state);
    if (row < device.values.length && effective < device.effective[row]!) return;
    const observed = samples.times[samples.timeAt[event]!]!.at;
    setRow(device, row, { value: samples.values[event]!, observed, effective });
    this.changed.add(state);
  }

  private rowOf(slot: number, device: DeviceState, state: LatestState, metric: MetricName): number | undefined {
    const known = this.known.rows[slot]!;
    if (known >= 0) return known;
    const row = rowOf(device, metric) ?? addMetric(state, device, metric);
    if (row !== undefined) this.known.rows[slot] = row;
    return row;
  }

  private seriesOf(event: number): Series {
    return this.view.samples.series[this.view.samples.seriesAt[event]!]!;
  }
}
