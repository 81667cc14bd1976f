import { type ClusterId, type GpuUuid, type Hostname } from './ids.js';
import { parseLabels } from './labels.js';
import { type Series } from './segment/segment.js';

/** What is observed: a GPU on a host, or one MIG instance of it. A GPU that moves to another host is another device. */
export interface Device {
  readonly cluster: ClusterId;
  readonly hostname: Hostname;
  /** The address: the GPU's UUID, with `:{mig id}` behind it for an instance. */
  readonly uuid: GpuUuid;
  /** The GPU that a MIG instance is a part of, and its profile such as `1g.10gb`. Undefined for a whole GPU. */
  readonly mig?: { readonly parent: GpuUuid; readonly id: string; readonly profile: string | undefined };
}

/** Which device it is, without what it is a part of. */
export type DeviceName = Pick<Device, 'cluster' | 'hostname' | 'uuid'>;

/** Of which host, and of which device: for maps in memory. */
export const hostKey = ({ cluster, hostname }: Readonly<Record<'cluster' | 'hostname', string>>): string =>
  `${cluster}\0${hostname}`;
export const deviceKey = ({
  cluster,
  hostname,
  uuid,
}: Readonly<Record<'cluster' | 'hostname' | 'uuid', string>>): string => `${cluster}\0${hostname}\0${uuid}`;

/** The device of a series. Container, pod and namespace say who holds it, not which device it is. */
export const deviceOf = (cluster: ClusterId, series: Series): Device => {
  const { hostname, uuid } = series;
  if (!series.labels.includes('GPU_I_ID=')) return { cluster, hostname, uuid };
  const labels = parseLabels(series.labels);
  const id = labels.get('GPU_I_ID');
  if (id === undefined || id === '') return { cluster, hostname, uuid };
  const mig = { parent: uuid, id, profile: labels.get('GPU_I_PROFILE') };
  return { cluster, hostname, uuid: `${uuid}:${id}` as GpuUuid, mig };
};
