import { Arg, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { type ShownList } from '../../slices/time-slices.js';
import { courseStep } from '../../parameters/duration.js';
import { clusterId } from '../../parameters/names.js';
import { clusterCourse, clusterStats } from '../../queries/cluster-stats.js';
import { getCluster, selectClusters } from '../../queries/clusters.js';
import { selectGpus } from '../../queries/gpus.js';
import { selectHosts } from '../../queries/hosts.js';
import { wireStats } from '../../wire/cluster.js';
import { argument } from '../arguments.js';
import { onlyStatus } from '../argument-words.js';
import { camelKeys } from '../camel.js';
import { type ClusterParent, presentCluster, presentGpu, presentHost, presentSpreads } from '../present.js';
import { RequestContext } from '../request-context.js';
import { ClusterStatsType, ClusterType, type TotalsType } from '../types/cluster.type.js';
import { GpuType } from '../types/gpu.type.js';
import { HostType } from '../types/host.type.js';
import { GpuStatusType } from '../types/status.type.js';

@Resolver(() => ClusterType)
export class ClusterResolver {
  @Query(() => [ClusterType], { description: 'All clusters, by name.' })
  clusters(@Ctx() { fleet, clock }: RequestContext): ClusterType[] {
    return selectClusters(fleet, {}, clock).map(presentCluster);
  }

  @Query(() => ClusterType, { nullable: true, description: 'The cluster of a name, or null.' })
  cluster(
    @Ctx() { fleet, clock }: RequestContext,
    @Arg('id', () => String, { description: 'Its name.' }) id: string,
  ): ClusterType | null {
    const found = getCluster(fleet, argument('id', clusterId, id)!, clock);
    return found ? presentCluster(found) : null;
  }

  @FieldResolver(() => [HostType], { description: 'Its hosts, by name.' })
  hosts(
    @Root() { cluster: { view } }: ClusterParent,
    @Ctx() { fleet, clock, budget, slices }: RequestContext,
    @Arg('status', () => GpuStatusType, { nullable: true, description: onlyStatus }) status?: GpuStatusType | null,
  ): ShownList<HostType> {
    const filter = { cluster: view.cluster, status: status ?? undefined };
    const selected = budget.allow(() => selectHosts(fleet, filter, clock));
    return slices.each(selected, presentHost);
  }

  @FieldResolver(() => [GpuType], { description: 'Its GPUs and MIG instances, by hostname, index, UUID.' })
  gpus(
    @Root() { cluster: { view } }: ClusterParent,
    @Ctx() { fleet, clock, budget, slices }: RequestContext,
    @Arg('status', () => GpuStatusType, { nullable: true, description: onlyStatus }) status?: GpuStatusType | null,
  ): ShownList<GpuType> {
    const filter = { cluster: view.cluster, status: status ?? undefined };
    const selected = budget.allow(() => selectGpus(fleet, filter, clock));
    return slices.each(selected, presentGpu);
  }

  @FieldResolver(() => ClusterStatsType, { description: 'Statistics over the latest values.' })
  async stats(
    @Root() { cluster: { view } }: ClusterParent,
    @Ctx() context: RequestContext,
    @Arg('includeStale', () => Boolean, { defaultValue: false, description: 'Of stale and missing GPUs too.' })
    includeStale: boolean,
    @Arg('step', () => String, { nullable: true, description: `With it \`course\` is given. ${courseStep.accepted}.` })
    step?: string | null,
  ): Promise<ClusterStatsType> {
    const length = argument('step', courseStep, step);
    await context.slices.next();
    const { fleet, clock } = context;
    const { gpus_by_status, metrics, totals, course } = wireStats(
      view.cluster,
      clusterStats(fleet, view, includeStale, clock),
      length === undefined ? undefined : clusterCourse(view, length),
    );
    return {
      gpusByStatus: gpus_by_status,
      metrics: Object.entries(metrics).map(([name, distribution]) => ({ name, ...distribution })),
      totals: camelKeys(totals) as unknown as TotalsType,
      course: course?.map(({ start, metrics: spreads }) => ({ start, metrics: presentSpreads(spreads) })) ?? null,
    };
  }
}
