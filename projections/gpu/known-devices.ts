import { type Subjects } from '../folding/subjects.js';
import { type DeviceState } from './latest-state.js';

/** What was found out about a table of series by earlier segments; the arrays go by the table's own numbers. */
export interface KnownDevices {
  readonly devices: (DeviceState | undefined)[];
  /** The version of the device with which all of its series agreed; -1 before. */
  readonly agreed: Int32Array;
  /** By number of the slot, the row of the metric; -1 before. */
  readonly rows: Int32Array;
}

export const noDevices = ({ devices, slots }: Subjects): KnownDevices => ({
  devices: new Array<DeviceState | undefined>(devices.length).fill(undefined),
  agreed: new Int32Array(devices.length).fill(-1),
  rows: new Int32Array(slots.device.length).fill(-1),
});
