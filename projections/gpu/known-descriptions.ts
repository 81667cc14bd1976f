import { type Subjects } from '../folding/subjects.js';
import { type DescribedDevice } from './device-state.js';

/** What was found out about a table of series by earlier segments; the arrays go by the table's own numbers. */
export interface KnownDescriptions {
  readonly devices: (DescribedDevice | undefined)[];
  /** The version of the device with which all of its series agreed; -1 before. */
  readonly agreed: Int32Array;
}

export const noDescriptions = ({ devices }: Subjects): KnownDescriptions => ({
  devices: new Array<DescribedDevice | undefined>(devices.length).fill(undefined),
  agreed: new Int32Array(devices.length).fill(-1),
});
