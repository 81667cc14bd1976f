import { type Instant } from '../../domain/instant.js';
import { type Series } from '../../domain/segment/segment.js';
import { effectiveOf, type SegmentView } from '../folding/segment-view.js';
import { describe, type Description, labelTextOf, sameDescription } from './description.js';
import { type DescribedDevice, newDevice } from './device-state.js';

/**
 * Folds one segment into the states of its devices. Events are looked at one by one only for a device that the
 * segment describes in another way than known.
 */
export class DevicePass {
  private readonly changed = new Set<DescribedDevice>();
  private readonly mixed: Uint8Array;
  private readonly descriptions = new Map<number, Description>();

  /** @param devices by the segment's number; `undefined` for a new one, `null` where the segment has been folded */
  constructor(
    private readonly view: SegmentView,
    private readonly devices: (DescribedDevice | null | undefined)[],
  ) {
    this.mixed = new Uint8Array(devices.length);
  }

  /** The states that the segment changed, new ones among them. */
  run(): ReadonlySet<DescribedDevice> {
    for (const slot of this.view.extremes.seen) this.takeEarliest(slot);
    if (this.findMixed()) this.describeEach();
    return this.changed;
  }

  private takeEarliest(slot: number): void {
    const number = this.view.subjects.slots[slot]!.device;
    const device = (this.devices[number] === undefined ? this.begin(slot) : this.devices[number]) ?? undefined;
    const at = effectiveOf(this.view, this.view.extremes.earliest[slot]!);
    if (!device || at >= device.firstSeen) return;
    device.firstSeen = at;
    this.changed.add(device);
  }

  /** The first slot of a device is the one of its first event, with which the device begins. */
  private begin(slot: number): DescribedDevice {
    const { subjects, extremes, samples } = this.view;
    const number = subjects.slots[slot]!.device;
    const event = extremes.first[slot]!;
    const description = this.descriptionOf(samples.seriesAt[event]!);
    const device = newDevice(subjects.devices[number]!.device, description, effectiveOf(this.view, event));
    this.devices[number] = device;
    this.changed.add(device);
    return device;
  }

  private findMixed(): boolean {
    const { samples, subjects } = this.view;
    samples.series.forEach((series, s) => {
      const device = this.devices[subjects.deviceAt[s]!];
      if (device && !this.asKnown(device, series, s)) this.mixed[subjects.deviceAt[s]!] = 1;
    });
    return this.mixed.includes(1);
  }

  private asKnown(device: DescribedDevice, series: Series, s: number): boolean {
    const { modelName } = series;
    const labelText = labelTextOf(series);
    if (device.known?.labelText === labelText && device.known.modelName === modelName) return true;
    if (!sameDescription(device.description, this.descriptionOf(s))) return false;
    device.known = { modelName, labelText };
    return true;
  }

  private describeEach(): void {
    const { samples, subjects } = this.view;
    for (let i = 0; i < samples.seriesAt.length; i++) {
      const s = samples.seriesAt[i]!;
      const number = subjects.deviceAt[s]!;
      if (this.mixed[number]) this.take(this.devices[number]!, s, effectiveOf(this.view, i));
    }
  }

  private take(device: DescribedDevice, s: number, at: Instant): void {
    const description = this.descriptionOf(s);
    if (at < device.describedAt || sameDescription(device.description, description)) return;
    Object.assign(device, { description, describedAt: at, known: undefined });
    this.changed.add(device);
  }

  private descriptionOf(s: number): Description {
    const { samples, subjects } = this.view;
    const known =
      this.descriptions.get(s) ?? describe(samples.series[s]!, subjects.devices[subjects.deviceAt[s]!]!.device);
    this.descriptions.set(s, known);
    return known;
  }
}
