import { type ClusterId } from '../../domain/ids.js';
import { type Fleet } from '../model/fleet.js';
import { type ClusterView } from '../model/host-view.js';
import { type Clock } from './clock.js';
import { selectGpus } from './gpus.js';
import { statusAt, type Status } from './status.js';

/** A cluster with its status and what it has at the moment of the query. */
export interface Cluster {
  readonly view: ClusterView;
  readonly status: Status;
  readonly hostCount: number;
  readonly gpuCount: number;
  readonly activeGpuCount: number;
}

const clusterOf = (fleet: Fleet, view: ClusterView, clock: Clock): Cluster => {
  const gpus = selectGpus(fleet, { cluster: view.cluster }, clock);
  return {
    view,
    // As old as the newest thing that was heard of it.
    status: statusAt(view.watermark, view, clock.now, clock),
    hostCount: fleet.hosts.filter(({ cluster }) => cluster === view.cluster).length,
    gpuCount: gpus.length,
    activeGpuCount: gpus.filter(({ status }) => status === 'active').length,
  };
};

/** Every cluster, by name, or those of a status. */
export const selectClusters = (
  fleet: Fleet,
  filter: { readonly status?: Status | undefined },
  clock: Clock,
): readonly Cluster[] =>
  fleet.clusters
    .map((view) => clusterOf(fleet, view, clock))
    .filter(({ status }) => filter.status === undefined || status === filter.status);

/** Undefined when nothing was ever heard of it. */
export const getCluster = (fleet: Fleet, id: ClusterId, clock: Clock): Cluster | undefined => {
  const view = fleet.cluster(id);
  return view && clusterOf(fleet, view, clock);
};
