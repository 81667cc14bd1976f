import { type ProjectionRow } from '../../domain/projection-row.js';
import { type TelemetryRecord } from '../history/telemetry-record.js';
import { type LiveUpdate } from '../live/live-update.js';
import { type Cluster } from '../queries/clusters.js';
import { type Gpu } from '../queries/gpus.js';
import { type Host } from '../queries/hosts.js';
import { wireCluster } from '../wire/cluster.js';
import { wireGpu, wireGpuDetail, wireMetrics } from '../wire/gpu.js';
import { wireHost, type WireSpreads } from '../wire/host.js';
import { camelKeys } from './camel.js';
import { PresentedRecord, PresentedUpdate } from './presented-record.js';
import { type ClusterType } from './types/cluster.type.js';
import { type GpuType } from './types/gpu.type.js';
import { type HostType } from './types/host.type.js';
import { type LatestMetricType, type MetricSpreadType } from './types/latest-metric.type.js';
import { type ProjectionType } from './types/projection.type.js';
import { type TelemetryRecordType, type TelemetryUpdateType } from './types/telemetry-record.type.js';

/*
 * The same data as REST sends, under GraphQL's names. What a nested field needs of its parent is kept beside it.
 */

export type GpuParent = GpuType & { readonly gpu: Gpu };
export type HostParent = HostType & { readonly host: Host };
export type ClusterParent = ClusterType & { readonly cluster: Cluster };

/** Thousands of GPUs are shown of which few are asked for more than their identity: the rest is made when asked for. */
class PresentedGpu {
  constructor(readonly gpu: Gpu) {
    Object.assign(this, camelKeys(wireGpu(gpu)));
  }

  get labels(): Record<string, string> {
    return wireGpuDetail(this.gpu).labels;
  }

  get firstSeen(): string {
    return wireGpuDetail(this.gpu).first_seen;
  }

  get heldBy(): unknown {
    return wireGpuDetail(this.gpu).held_by;
  }
}

export const presentGpu = (gpu: Gpu): GpuParent => new PresentedGpu(gpu) as unknown as GpuParent;

export const presentHost = (host: Host): HostParent =>
  ({ ...camelKeys(wireHost(host)), host }) as unknown as HostParent;

export const presentCluster = (cluster: Cluster): ClusterParent =>
  ({ ...camelKeys(wireCluster(cluster)), cluster }) as unknown as ClusterParent;

export const presentRecord = (record: TelemetryRecord, bucketed: boolean): TelemetryRecordType =>
  new PresentedRecord(record, bucketed) as unknown as TelemetryRecordType;

export const presentUpdate = (update: LiveUpdate): TelemetryUpdateType =>
  new PresentedUpdate(update) as unknown as TelemetryUpdateType;

export const presentLatest = (gpu: Gpu): LatestMetricType[] =>
  Object.entries(wireMetrics(gpu)).map(([name, latest]) => ({ name, ...latest }));

export const presentSpreads = (spreads: WireSpreads): MetricSpreadType[] =>
  Object.entries(spreads).map(([name, spread]) => ({ name, p95: null, ...spread }));

export const presentProjection = (row: ProjectionRow): ProjectionType =>
  ({ ...camelKeys({ ...row }), events: String(row.events) }) as unknown as ProjectionType;
