import { Arg, Args, Ctx, Query, Resolver } from 'type-graphql';
import { type HistoryQuery } from '../../history/history-query.js';
import { cursor } from '../../parameters/cursor.js';
import { clusterId, gpuUuid, hostname } from '../../parameters/names.js';
import { telemetryWalk } from '../../queries/telemetry-walk.js';
import { onlyCluster, onlyGpu, onlyHost } from '../argument-words.js';
import { argument, historyArguments, TelemetryArguments } from '../arguments.js';
import { presentRecord } from '../present.js';
import { presentPage } from '../presented-page.js';
import { RequestContext } from '../request-context.js';
import { TelemetryPageType, TelemetryRecordType } from '../types/telemetry-record.type.js';

type Text = string | null | undefined;

const wishOf = (
  context: RequestContext,
  given: TelemetryArguments,
  [uuid, host, cluster]: readonly [Text, Text, Text],
): Omit<HistoryQuery, 'after'> => ({
  ...historyArguments(context, given),
  uuid: argument('gpuUuid', gpuUuid, uuid),
  hostname: argument('hostname', hostname, host),
  cluster: argument('clusterId', clusterId, cluster),
});

@Resolver()
export class TelemetryResolver {
  @Query(() => [TelemetryRecordType], {
    description: 'Records of all GPUs by time; the oldest 100 unless asked otherwise.',
  })
  async telemetry(
    @Ctx() context: RequestContext,
    @Args(() => TelemetryArguments) given: TelemetryArguments,
    @Arg('gpuUuid', () => String, { nullable: true, description: onlyGpu }) uuid?: string | null,
    @Arg('hostname', () => String, { nullable: true, description: onlyHost }) host?: string | null,
    @Arg('clusterId', () => String, { nullable: true, description: onlyCluster }) cluster?: string | null,
  ): Promise<TelemetryRecordType[]> {
    return (await this.page(context, wishOf(context, given, [uuid, host, cluster]), undefined)).items;
  }

  @Query(() => TelemetryPageType, { description: 'Records of all GPUs by time, page by page.' })
  async telemetryPage(
    @Ctx() context: RequestContext,
    @Args(() => TelemetryArguments) given: TelemetryArguments,
    @Arg('gpuUuid', () => String, { nullable: true, description: onlyGpu }) uuid?: string | null,
    @Arg('hostname', () => String, { nullable: true, description: onlyHost }) host?: string | null,
    @Arg('clusterId', () => String, { nullable: true, description: onlyCluster }) cluster?: string | null,
    @Arg('cursor', () => String, { nullable: true, description: 'nextCursor of the page before' }) at?: string | null,
  ): Promise<TelemetryPageType> {
    return this.page(context, wishOf(context, given, [uuid, host, cluster]), at);
  }

  private async page(context: RequestContext, wish: Omit<HistoryQuery, 'after'>, at: Text): Promise<TelemetryPageType> {
    const { gateway, signal, budget } = context;
    context.asksFor(wish);
    const after = argument('cursor', cursor, at);
    const page = await telemetryWalk(gateway, await context.fleetFor(after), wish, after, signal);
    return presentPage(page, budget, (record) => presentRecord(record, wish.buckets !== undefined));
  }
}
