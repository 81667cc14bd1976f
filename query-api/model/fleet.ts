import { type ClusterId, type GpuUuid, type Hostname, type Partition } from '../../domain/ids.js';
import { type Revision } from '../../domain/revision.js';
import { type DeviceView } from './device-view.js';
import { type HealthAt } from './health-model.js';
import { type ClusterView, type HostView } from './host-view.js';

/** What is and was wrong, at one moment. */
export interface FleetHealth {
  readonly documents: HealthAt;
  /** By partition, the next revision that is not in it. */
  readonly nexts: ReadonlyMap<Partition, Revision>;
}

/** The read models at one moment, as the queries see them. Never changes: a query answers from one of them. */
export interface Fleet {
  /** As `x-telemetry-revision` says it: everything up to here is in the models and in the followed log. */
  readonly revision: Revision;
  /** The devices that are some UUID's present home, one for each UUID, in the order of lists. */
  readonly devices: readonly DeviceView[];
  /** The present home of a UUID. */
  readonly home: (uuid: GpuUuid) => DeviceView | undefined;
  /** Every device that a UUID has ever been, its former homes included. */
  readonly everSeenAs: (uuid: GpuUuid) => readonly DeviceView[];
  /** Every device, former homes included, in the order of lists. */
  readonly everything: readonly DeviceView[];
  /** The devices whose home is a host, in the order of lists. */
  readonly devicesOf: (cluster: ClusterId, hostname: Hostname) => readonly DeviceView[];
  /** By cluster, then hostname. */
  readonly hosts: readonly HostView[];
  readonly host: (cluster: ClusterId, hostname: Hostname) => HostView | undefined;
  /** By name. */
  readonly clusters: readonly ClusterView[];
  readonly cluster: (cluster: ClusterId) => ClusterView | undefined;
  /** Undefined while it is built for the first time, beside what an earlier program had. */
  readonly health: FleetHealth | undefined;
  /** Whether any device has ever sampled a metric of this name. */
  readonly hasMetric: (name: string) => boolean;
}
