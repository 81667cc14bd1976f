import { type Device, deviceOf } from '../../domain/device.js';
import { type Instant } from '../../domain/instant.js';
import { type Revision } from '../../domain/revision.js';
import { type Series } from '../../domain/segment/segment.js';
import { effectiveOf, type SegmentView } from '../folding/segment-view.js';
import { seriesOf } from '../folding/subjects.js';
import { describe, type Description, labelTextOf, sameDescription } from './description.js';
import { type DescribedDevice, newDevice } from './device-state.js';
import { type KnownDescriptions } from './known-descriptions.js';
import { type SharedLabels } from './shared-labels.js';

/**
 * Folds one segment into the states of its devices. Events are looked at one by one only for a device that the
 * segment describes in another way than known.
 */
export class DevicePass {
  private readonly changed = new Set<DescribedDevice>();
  private readonly mixed: Uint8Array;
  private readonly descriptions = new Map<number, Description>();

  constructor(
    private readonly view: SegmentView,
    private readonly revision: Revision,
    private readonly known: KnownDescriptions,
    private readonly labels: SharedLabels,
    private readonly find: (device: Device) => DescribedDevice | undefined,
  ) {
    this.mixed = new Uint8Array(known.devices.length);
  }

  /** The states that the segment changed, new ones among them. */
  run(): ReadonlySet<DescribedDevice> {
    for (const slot of this.view.extremes.seen) this.takeEarliest(slot);
    if (this.findMixed()) this.describeEach();
    return this.changed;
  }

  /** Undefined where the segment has been folded already. */
  private deviceAt(number: number): DescribedDevice | undefined {
    const device = this.known.devices[number];
    return device && device.revision < this.revision ? device : undefined;
  }

  private takeEarliest(slot: number): void {
    const number = this.view.subjects.slots.device[slot]!;
    this.known.devices[number] ??= this.find(this.view.subjects.devices[number]!.device) ?? this.begin(slot);
    const device = this.deviceAt(number);
    const at = effectiveOf(this.view, this.view.extremes.earliest[slot]!);
    if (!device || at >= device.firstSeen) return;
    device.firstSeen = at;
    this.changed.add(device);
  }

  /** The first slot of a device is the one of its first event, with which the device begins. */
  private begin(slot: number): DescribedDevice {
    const { subjects, extremes, samples } = this.view;
    const number = subjects.slots.device[slot]!;
    const event = extremes.first[slot]!;
    const description = this.descriptionOf(samples.seriesAt[event]!);
    const device = newDevice(subjects.devices[number]!.device, description, effectiveOf(this.view, event));
    this.changed.add(device);
    return device;
  }

  private findMixed(): boolean {
    const { samples, subjects } = this.view;
    for (let number = 0; number < subjects.devices.length; number++) {
      const device = this.deviceAt(number);
      if (!device || this.known.agreed[number] === device.version) continue;
      const agrees = seriesOf(subjects, number).every((s) => this.asKnown(device, samples.series[s]!, s));
      this.mixed[number] = agrees ? 0 : 1;
      if (agrees) this.known.agreed[number] = device.version;
    }
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
      if (this.mixed[number]) this.take(this.known.devices[number]!, s, effectiveOf(this.view, i));
    }
  }

  private take(device: DescribedDevice, s: number, at: Instant): void {
    const description = this.descriptionOf(s);
    if (at < device.describedAt || sameDescription(device.description, description)) return;
    Object.assign(device, { description, describedAt: at, known: undefined, version: device.version + 1 });
    this.changed.add(device);
  }

  /** Of the series' own device: another of the same address may be of another profile, or no instance at all. */
  private descriptionOf(s: number): Description {
    const { samples, subjects } = this.view;
    const series = samples.series[s]!;
    const { cluster } = subjects.devices[subjects.deviceAt[s]!]!.device;
    const known = this.descriptions.get(s) ?? describe(series, deviceOf(cluster, series), this.labels);
    this.descriptions.set(s, known);
    return known;
  }
}
