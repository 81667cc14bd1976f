import { Arg, Args, Ctx, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql';
import { type ShownList } from '../../slices/time-slices.js';
import { clusterId, gpuUuid, hostname } from '../../parameters/names.js';
import { limit, mostItems } from '../../parameters/number.js';
import { getGpu, selectGpus } from '../../queries/gpus.js';
import { getHost } from '../../queries/hosts.js';
import { argument, historyArguments, TelemetryArguments } from '../arguments.js';
import { type GpuParent, type HostParent, presentGpu, presentHost, presentLatest, presentRecord } from '../present.js';
import { RequestContext } from '../request-context.js';
import { GpuType } from '../types/gpu.type.js';
import { HostType } from '../types/host.type.js';
import { LatestMetricType } from '../types/latest-metric.type.js';
import { onlyCluster, onlyHost, onlyStatus } from '../argument-words.js';
import { GpuStatusType } from '../types/status.type.js';
import { TelemetryRecordType } from '../types/telemetry-record.type.js';

const atMost = limit('', mostItems);

@Resolver(() => GpuType)
export class GpuResolver {
  @Query(() => [GpuType], { description: 'All GPUs, by cluster, hostname, index, UUID.' })
  gpus(
    @Ctx() { fleet, clock, budget, slices }: RequestContext,
    @Arg('clusterId', () => String, { nullable: true, description: onlyCluster }) cluster?: string | null,
    @Arg('hostname', () => String, { nullable: true, description: onlyHost }) host?: string | null,
    @Arg('status', () => GpuStatusType, { nullable: true, description: onlyStatus }) status?: GpuStatusType | null,
    @Arg('limit', () => Int, { nullable: true, description: 'GPUs at most, 1 to 10000; all when not given.' })
    most?: number | null,
  ): ShownList<GpuType> {
    const filter = {
      cluster: argument('clusterId', clusterId, cluster),
      hostname: argument('hostname', hostname, host),
      status: status ?? undefined,
    };
    const items = argument('limit', atMost, most);
    const selected = budget.allow(() => selectGpus(fleet, filter, clock).slice(0, items));
    return slices.each(selected, presentGpu);
  }

  @Query(() => GpuType, { nullable: true, description: 'The GPU of a UUID, or null.' })
  gpu(
    @Ctx() { fleet, clock }: RequestContext,
    @Arg('uuid', () => String, { description: 'Its UUID, or {uuid}:{id} of a MIG instance.' }) uuid: string,
  ): GpuType | null {
    const gpu = getGpu(fleet, argument('uuid', gpuUuid, uuid)!, clock);
    return gpu ? presentGpu(gpu) : null;
  }

  @FieldResolver(() => [LatestMetricType], { description: 'The newest value of every metric that was ever sampled.' })
  metrics(@Root() { gpu }: GpuParent, @Ctx() { budget }: RequestContext): LatestMetricType[] {
    budget.spend(gpu.view.latest.size);
    return presentLatest(gpu);
  }

  @FieldResolver(() => HostType, { nullable: true, description: 'Its present host.' })
  host(@Root() { gpu: { view } }: GpuParent, @Ctx() { fleet, clock }: RequestContext): HostParent | null {
    const host = getHost(fleet, view.cluster, view.hostname, clock);
    return host ? presentHost(host) : null;
  }

  @FieldResolver(() => [TelemetryRecordType], { description: 'Its records by time, the oldest first.' })
  async telemetry(
    @Root() { gpu: { view } }: GpuParent,
    @Ctx() context: RequestContext,
    @Args(() => TelemetryArguments) given: TelemetryArguments,
  ): Promise<TelemetryRecordType[]> {
    const wish = historyArguments(context, given);
    const query = { ...wish, cluster: undefined, hostname: undefined, uuid: undefined, after: undefined };
    const records = await context.recordsOf(view.uuid, query);
    return records.map((record) => presentRecord(record, wish.buckets !== undefined));
  }
}
