import { type ClusterId, type GpuUuid, type Hostname } from '../../domain/ids.js';

/** Where a device stands in every list: by cluster, hostname, index as a number, UUID (promise Q2). */
export interface DeviceKey {
  readonly cluster: ClusterId;
  readonly hostname: Hostname;
  readonly index: string;
  readonly uuid: GpuUuid;
}

/** By code units: the same in every process and locale. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const number = /^\d{1,15}$/;

/** As numbers where both are; a number stands before any other text. */
const compareIndex = (a: string, b: string): number => {
  if (!number.test(a) || !number.test(b)) return Number(number.test(b)) - Number(number.test(a)) || compareText(a, b);
  return Number(a) - Number(b) || compareText(a, b);
};

export const compareDevices = (a: DeviceKey, b: DeviceKey): number =>
  compareText(a.cluster, b.cluster) ||
  compareText(a.hostname, b.hostname) ||
  compareIndex(a.index, b.index) ||
  compareText(a.uuid, b.uuid);
