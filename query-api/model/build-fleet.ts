import { hostKey } from '../../domain/device.js';
import { type GpuUuid } from '../../domain/ids.js';
import { type Revision } from '../../domain/revision.js';
import { compareDevices, compareText } from './device-order.js';
import { type DeviceView } from './device-view.js';
import { type Fleet, type FleetHealth } from './fleet.js';
import { type ClusterView, type HostView } from './host-view.js';

/** What the models know, in no order. */
export interface FleetParts {
  readonly revision: Revision;
  readonly devices: readonly DeviceView[];
  readonly hosts: readonly HostView[];
  readonly clusters: readonly ClusterView[];
  readonly health: FleetHealth | undefined;
}

/** The newest observation decides where a UUID belongs: by effective time, ties by position. */
const isNewer = (a: DeviceView, b: DeviceView): boolean =>
  a.lastSeen === b.lastSeen ? a.revision > b.revision : a.lastSeen > b.lastSeen;

const groupBy = <A>(items: readonly A[], nameOf: (item: A) => string): ReadonlyMap<string, readonly A[]> => {
  const groups = new Map<string, A[]>();
  for (const item of items) {
    const group = groups.get(nameOf(item));
    if (group) group.push(item);
    else groups.set(nameOf(item), [item]);
  }
  return groups;
};

const compareHosts = (a: HostView, b: HostView): number =>
  compareText(a.cluster, b.cluster) || compareText(a.hostname, b.hostname);

/** What the queries see: sorted, with every UUID at its home. */
export const buildFleet = ({ revision, devices, hosts, clusters, health }: FleetParts): Fleet => {
  const everything = [...devices].sort(compareDevices);
  const byUuid = groupBy(everything, ({ uuid }) => uuid);
  const homes = new Map<GpuUuid, DeviceView>();
  for (const view of everything) {
    const known = homes.get(view.uuid);
    if (!known || isNewer(view, known)) homes.set(view.uuid, view);
  }
  const atHome = everything.filter((view) => homes.get(view.uuid) === view);
  const byHost = groupBy(atHome, hostKey);
  const sortedHosts = [...hosts].sort(compareHosts);
  const hostsByName = new Map(sortedHosts.map((host) => [hostKey(host), host]));
  const sortedClusters = [...clusters].sort((a, b) => compareText(a.cluster, b.cluster));
  const clustersByName = new Map(sortedClusters.map((cluster) => [cluster.cluster, cluster]));
  let metrics: Set<string> | undefined;
  return {
    revision,
    everything,
    devices: atHome,
    home: (uuid) => homes.get(uuid),
    everSeenAs: (uuid) => byUuid.get(uuid) ?? [],
    devicesOf: (cluster, hostname) => byHost.get(hostKey({ cluster, hostname })) ?? [],
    hosts: sortedHosts,
    host: (cluster, hostname) => hostsByName.get(hostKey({ cluster, hostname })),
    clusters: sortedClusters,
    cluster: (cluster) => clustersByName.get(cluster),
    health,
    hasMetric: (name) => {
      metrics ??= new Set(everything.flatMap(({ latest }) => [...latest.keys()]));
      return metrics.has(name);
    },
  };
};
