import { type ClusterId, type Hostname } from '../../domain/ids.js';
import { type DeviceView } from '../model/device-view.js';
import { type Fleet } from '../model/fleet.js';
import { type HostView } from '../model/host-view.js';
import { type Clock } from './clock.js';
import { gpuOf } from './gpus.js';
import { statusAt, type Status } from './status.js';
import { watermarkFor } from './watermark-for.js';

/** A host with its status and what it has at the moment of the query. */
export interface Host {
  readonly view: HostView;
  readonly status: Status;
  readonly gpuCount: number;
  readonly activeGpuCount: number;
}

export interface HostFilter {
  readonly cluster?: ClusterId | undefined;
  readonly hostname?: Hostname | undefined;
  readonly status?: Status | undefined;
}

const activeAmong = (fleet: Fleet, devices: readonly DeviceView[], clock: Clock): number =>
  devices.filter((view) => gpuOf(fleet, view, clock).status === 'active').length;

export const hostOf = (fleet: Fleet, view: HostView, clock: Clock): Host => {
  const devices = fleet.devicesOf(view.cluster, view.hostname);
  return {
    view,
    status: statusAt(view.lastSeen, watermarkFor(fleet, view), clock.now, clock),
    gpuCount: devices.length,
    activeGpuCount: activeAmong(fleet, devices, clock),
  };
};

/** The hosts that pass the filter, by cluster, then hostname. */
export const selectHosts = (fleet: Fleet, filter: HostFilter, clock: Clock): readonly Host[] =>
  fleet.hosts
    .filter(
      (view) =>
        (filter.cluster === undefined || view.cluster === filter.cluster) &&
        (filter.hostname === undefined || view.hostname === filter.hostname),
    )
    .map((view) => hostOf(fleet, view, clock))
    .filter(({ status }) => filter.status === undefined || status === filter.status);

/** Undefined when the cluster has no such host. */
export const getHost = (fleet: Fleet, cluster: ClusterId, hostname: Hostname, clock: Clock): Host | undefined => {
  const view = fleet.host(cluster, hostname);
  return view && hostOf(fleet, view, clock);
};

/**
 * The GPU of a host by its UUID or, where that is none of its UUIDs, by its index: then the device of that index that
 * was seen last, a whole GPU before an instance of it.
 */
export const gpuOnHost = (
  fleet: Fleet,
  cluster: ClusterId,
  hostname: Hostname,
  uuidOrIndex: string,
): DeviceView | undefined => {
  const devices = fleet.devicesOf(cluster, hostname);
  const byUuid = devices.find(({ uuid }) => uuid === uuidOrIndex);
  if (byUuid) return byUuid;
  const newer = (a: DeviceView, b: DeviceView): DeviceView =>
    b.lastSeen > a.lastSeen || (b.lastSeen === a.lastSeen && a.mig !== undefined && b.mig === undefined) ? b : a;
  const [first, ...others] = devices.filter(({ index }) => index === uuidOrIndex);
  return first && others.reduce(newer, first);
};
