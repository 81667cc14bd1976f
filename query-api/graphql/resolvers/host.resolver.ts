import { Arg, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { type ShownList } from '../../slices/time-slices.js';
import { clusterId, hostname } from '../../parameters/names.js';
import { selectGpus } from '../../queries/gpus.js';
import { getHost, selectHosts } from '../../queries/hosts.js';
import { wireSpreads } from '../../wire/host.js';
import { argument } from '../arguments.js';
import { onlyCluster, onlyHost, onlyStatus } from '../argument-words.js';
import { type HostParent, presentGpu, presentHost, presentSpreads } from '../present.js';
import { RequestContext } from '../request-context.js';
import { GpuType } from '../types/gpu.type.js';
import { HostType } from '../types/host.type.js';
import { MetricSpreadType } from '../types/latest-metric.type.js';
import { GpuStatusType } from '../types/status.type.js';

@Resolver(() => HostType)
export class HostResolver {
  @Query(() => [HostType], { description: 'All hosts, by cluster, then hostname.' })
  hosts(
    @Ctx() { fleet, clock, budget, slices }: RequestContext,
    @Arg('clusterId', () => String, { nullable: true, description: onlyCluster }) cluster?: string | null,
    @Arg('hostname', () => String, { nullable: true, description: onlyHost }) host?: string | null,
    @Arg('status', () => GpuStatusType, { nullable: true, description: onlyStatus }) status?: GpuStatusType | null,
  ): ShownList<HostType> {
    const filter = {
      cluster: argument('clusterId', clusterId, cluster),
      hostname: argument('hostname', hostname, host),
      status: status ?? undefined,
    };
    const selected = budget.allow(() => selectHosts(fleet, filter, clock));
    return slices.each(selected, presentHost);
  }

  @Query(() => HostType, { nullable: true, description: 'The host of a name; of the first cluster that has one.' })
  host(
    @Ctx() { fleet, clock }: RequestContext,
    @Arg('hostname', () => String, { description: 'The host’s name.' }) host: string,
    @Arg('clusterId', () => String, { nullable: true, description: onlyCluster }) cluster?: string | null,
  ): HostType | null {
    const name = argument('hostname', hostname, host)!;
    const wanted = argument('clusterId', clusterId, cluster);
    if (wanted === undefined) return selectHosts(fleet, { hostname: name }, clock).map(presentHost)[0] ?? null;
    const found = getHost(fleet, wanted, name, clock);
    return found ? presentHost(found) : null;
  }

  @FieldResolver(() => [GpuType], { description: 'The GPUs and MIG instances whose present host this is, by index.' })
  gpus(
    @Root() { host: { view } }: HostParent,
    @Ctx() { fleet, clock, budget, slices }: RequestContext,
    @Arg('status', () => GpuStatusType, { nullable: true, description: onlyStatus }) status?: GpuStatusType | null,
  ): ShownList<GpuType> {
    const filter = { cluster: view.cluster, hostname: view.hostname, status: status ?? undefined };
    const selected = budget.allow(() => selectGpus(fleet, filter, clock));
    return slices.each(selected, presentGpu);
  }

  @FieldResolver(() => [MetricSpreadType], { description: 'Each metric over the last minute that has samples.' })
  metrics(@Root() { host: { view } }: HostParent, @Ctx() { budget }: RequestContext): MetricSpreadType[] {
    budget.spend(view.lastMinute.size);
    return presentSpreads(wireSpreads(view.lastMinute));
  }
}
