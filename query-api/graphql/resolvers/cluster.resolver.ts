import { Arg, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { clusterId } from '../../parameters/names.js';
import { clusterStats } from '../../queries/cluster-stats.js';
import { getCluster, listClusters } from '../../queries/clusters.js';
import { selectGpus } from '../../queries/gpus.js';
import { selectHosts } from '../../queries/hosts.js';
import { wireStats } from '../../wire/cluster.js';
import { argument } from '../arguments.js';
import { camelKeys } from '../camel.js';
import { type ClusterParent, presentCluster, presentGpu, presentHost } from '../present.js';
import { RequestContext } from '../request-context.js';
import { ClusterStatsType, ClusterType, type TotalsType } from '../types/cluster.type.js';
import { GpuType } from '../types/gpu.type.js';
import { HostType } from '../types/host.type.js';
import { GpuStatusType } from '../types/status.type.js';

@Resolver(() => ClusterType)
export class ClusterResolver {
  @Query(() => [ClusterType], { description: 'All clusters, by name.' })
  clusters(@Ctx() { fleet, clock }: RequestContext): ClusterType[] {
    return listClusters(fleet, clock).map(presentCluster);
  }

  @Query(() => ClusterType, { nullable: true, description: 'The cluster of a name, or null.' })
  cluster(@Ctx() { fleet, clock }: RequestContext, @Arg('id', () => String) id: string): ClusterType | null {
    const found = getCluster(fleet, argument('id', clusterId, id)!, clock);
    return found ? presentCluster(found) : null;
  }

  @FieldResolver(() => [HostType], { description: 'Its hosts, by name.' })
  hosts(
    @Root() { cluster: { view } }: ClusterParent,
    @Ctx() { fleet, clock }: RequestContext,
    @Arg('status', () => GpuStatusType, { nullable: true }) status?: GpuStatusType | null,
  ): HostType[] {
    return selectHosts(fleet, { cluster: view.cluster, status: status ?? undefined }, clock).map(presentHost);
  }

  @FieldResolver(() => [GpuType], { description: 'Its GPUs and MIG instances, by hostname, index, UUID.' })
  gpus(
    @Root() { cluster: { view } }: ClusterParent,
    @Ctx() { fleet, clock }: RequestContext,
    @Arg('status', () => GpuStatusType, { nullable: true }) status?: GpuStatusType | null,
  ): GpuType[] {
    return selectGpus(fleet, { cluster: view.cluster, status: status ?? undefined }, clock).map(presentGpu);
  }

  @FieldResolver(() => ClusterStatsType, { description: 'Statistics over the latest values.' })
  stats(
    @Root() { cluster: { view } }: ClusterParent,
    @Ctx() { fleet, clock }: RequestContext,
    @Arg('includeStale', () => Boolean, { defaultValue: false, description: 'Of stale and missing GPUs too.' })
    includeStale: boolean,
  ): ClusterStatsType {
    const { gpus_by_status, metrics, totals } = wireStats(
      view.cluster,
      clusterStats(fleet, view, includeStale, clock),
      undefined,
    );
    return {
      gpusByStatus: gpus_by_status,
      metrics: Object.entries(metrics).map(([name, distribution]) => ({ name, ...distribution })),
      totals: camelKeys(totals) as unknown as TotalsType,
    };
  }
}
