import { type ClusterId, type GpuUuid, type Hostname } from '../../domain/ids.js';
import { type DeviceView } from '../model/device-view.js';
import { type Fleet } from '../model/fleet.js';
import { type Clock } from './clock.js';
import { statusAt, type Status } from './status.js';
import { watermarkFor } from './watermark-for.js';

/** A GPU with its status at the moment of the query. */
export interface Gpu {
  readonly view: DeviceView;
  readonly status: Status;
}

/** Which GPUs: those of which everything given is true. */
export interface GpuFilter {
  readonly cluster?: ClusterId | undefined;
  readonly hostname?: Hostname | undefined;
  readonly uuid?: GpuUuid | undefined;
  readonly status?: Status | undefined;
}

export const gpuOf = (fleet: Fleet, view: DeviceView, clock: Clock): Gpu => ({
  view,
  status: statusAt(view.lastSeen, watermarkFor(fleet, view), clock.now, clock),
});

const candidates = (fleet: Fleet, { cluster, hostname }: GpuFilter): readonly DeviceView[] =>
  cluster !== undefined && hostname !== undefined
    ? fleet.devicesOf(cluster, hostname)
    : fleet.devices.filter(
        (view) =>
          (cluster === undefined || view.cluster === cluster) && (hostname === undefined || view.hostname === hostname),
      );

/** Every GPU that passes the filter, in the order of lists. */
export const selectGpus = (fleet: Fleet, filter: GpuFilter, clock: Clock): readonly Gpu[] =>
  candidates(fleet, filter)
    .filter(({ uuid }) => filter.uuid === undefined || uuid === filter.uuid)
    .map((view) => gpuOf(fleet, view, clock))
    .filter(({ status }) => filter.status === undefined || status === filter.status);

/** The GPU, or MIG instance, of an address; undefined when it was never seen. */
export const getGpu = (fleet: Fleet, uuid: GpuUuid, clock: Clock): Gpu | undefined => {
  const view = fleet.home(uuid);
  return view && gpuOf(fleet, view, clock);
};
