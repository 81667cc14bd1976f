import { type Device } from '../../domain/device.js';

/** A device within a run: where the chains of its series and of its events begin. */
export interface RunDevice {
  readonly device: Device;
  /** The run's number of the device's newest series, from which each names the one before; -1 for none. */
  lastSeries: number;
  /** The same of its last event. */
  lastEvent: number;
  events: number;
}

export const newRunDevice = (device: Device): RunDevice => ({ device, lastSeries: -1, lastEvent: -1, events: 0 });
