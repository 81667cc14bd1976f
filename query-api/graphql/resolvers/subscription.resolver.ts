import { setTimeout as pause } from 'node:timers/promises';
import { Arg, Resolver, Root, Subscription } from 'type-graphql';
import { StoreSilent } from '../../../domain/document-reader.js';
import { formatInstant } from '../../../domain/instant.js';
import { type Cursor } from '../../../domain/position.js';
import { type ProjectionRow } from '../../../domain/projection-row.js';
import { abortable } from '../../live/abortable.js';
import { listened } from '../../live/listened.js';
import { readLiveCursor } from '../../live/live-cursor.js';
import { type LiveWish } from '../../live/send-live.js';
import { type LiveUpdate } from '../../live/live-update.js';
import { type StatusChange } from '../../live/status-changes.js';
import { metrics } from '../../parameters/metrics.js';
import { clusterId, gpuUuid, hostname } from '../../parameters/names.js';
import { refusal } from '../../parameters/parameter.js';
import { onlyCluster, onlyGpu, onlyHost } from '../argument-words.js';
import { argument, badInput, knownProjection } from '../arguments.js';
import { cursorExpired } from '../cursor-expired.js';
import { LiveTelemetry } from '../live-telemetry.js';
import { presentGpu, presentProjection, presentUpdate } from '../present.js';
import { type SubscriptionContext } from '../subscription-context.js';
import { ProjectionType } from '../types/projection.type.js';
import { GpuStatusChangeType } from '../types/status-change.type.js';
import { type GpuStatusType } from '../types/status.type.js';
import { TelemetryUpdateType } from '../types/telemetry-record.type.js';

type Text = string | null;

interface TelemetryArgs {
  readonly gpuUuid?: Text;
  readonly hostname?: Text;
  readonly clusterId?: Text;
  readonly metrics?: readonly string[] | null;
  readonly after?: Text;
}

/** Status changes that wait for one subscriber at most: one for each of many GPUs. */
const mostChanges = 20_000;
const progressEveryMs = 1_000;

const cursorOf = (
  { live: { resumable } }: SubscriptionContext['gateway'],
  text: Text | undefined,
): Cursor | undefined => {
  if (text === null || text === undefined) return undefined;
  const cursor = readLiveCursor(text);
  if (!cursor || resumable.isBeyond(cursor))
    throw badInput([refusal('after', text, 'the cursor of an update, unchanged')]);
  const expiry = resumable.expiry(cursor);
  if (expiry === undefined) return cursor;
  throw cursorExpired(expiry, resumable.oldestFor(cursor));
};

const wishOf = (args: TelemetryArgs, { gateway }: SubscriptionContext): LiveWish => ({
  filter: {
    uuid: argument('gpuUuid', gpuUuid, args.gpuUuid),
    hostname: argument('hostname', hostname, args.hostname),
    cluster: argument('clusterId', clusterId, args.clusterId),
    metrics: argument(
      'metrics',
      metrics((name) => gateway.fleet().hasMetric(name)),
      args.metrics?.join(','),
    ),
  },
  after: cursorOf(gateway, args.after),
});

const rowKey = ({ name, generation }: ProjectionRow): string => `${name} ${generation}`;

/** Undefined while etcd does not answer: whoever waits for progress waits on. */
const counted = async (
  { projections }: SubscriptionContext['gateway'],
  signal: AbortSignal,
): Promise<readonly ProjectionRow[] | undefined> => {
  try {
    return await projections(signal);
  } catch (error) {
    if (error instanceof StoreSilent) return undefined;
    throw error;
  }
};

async function* progress(
  name: Text | undefined,
  { gateway }: SubscriptionContext,
  signal: AbortSignal,
): AsyncGenerator<ProjectionRow, void, undefined> {
  const wanted = knownProjection('name', name);
  let shown = new Map<string, string>();
  while (!signal.aborted) {
    const rows = (await counted(gateway, signal))?.filter((row) => (wanted ?? row.name) === row.name);
    for (const row of rows ?? []) if (shown.get(rowKey(row)) !== JSON.stringify(row)) yield row;
    if (rows) shown = new Map(rows.map((row) => [rowKey(row), JSON.stringify(row)]));
    await pause(progressEveryMs, undefined, { signal }).catch(() => undefined);
  }
}

@Resolver()
export class SubscriptionResolver {
  @Subscription(() => TelemetryUpdateType, {
    description:
      'Every update as it is appended. Give the `cursor` of the last one as `after` to go on behind it. A subscriber ' +
      'that does not keep up is closed with 4490 and can resume; one of a gateway that stops with 1012.',
    subscribe: ({ args, context }: { args: TelemetryArgs; context: SubscriptionContext }) =>
      new LiveTelemetry(() => wishOf(args, context)),
  })
  telemetry(
    @Arg('gpuUuid', () => String, { nullable: true, description: onlyGpu }) _gpuUuid: Text,
    @Arg('hostname', () => String, { nullable: true, description: onlyHost }) _hostname: Text,
    @Arg('clusterId', () => String, { nullable: true, description: onlyCluster }) _clusterId: Text,
    @Arg('metrics', () => [String], { nullable: true, description: 'Only these; updates without any are left out.' })
    _metrics: string[] | null,
    @Arg('after', () => String, { nullable: true, description: 'The cursor of the last update seen.' }) _after: Text,
    @Root() update: LiveUpdate,
  ): TelemetryUpdateType {
    return presentUpdate(update);
  }

  @Subscription(() => GpuStatusChangeType, {
    description:
      'GPUs whose status changes, by the clock or by an observation; looked at once a second. A subscriber that does ' +
      'not keep up is closed with 4490: ask for `gpus` and subscribe again.',
    subscribe: ({ context }: { context: SubscriptionContext }) =>
      abortable(context.signal, (signal) =>
        listened<StatusChange>((tell) => context.statusChanges.subscribe(tell), mostChanges, context.tooSlow, signal),
      ),
  })
  gpuStatusChanged(@Root() { from, gpu, at }: StatusChange): GpuStatusChangeType {
    return {
      uuid: gpu.view.uuid,
      from: (from ?? null) as GpuStatusType | null,
      to: gpu.status as GpuStatusType,
      at: formatInstant(at),
      gpu: presentGpu(gpu),
    };
  }

  @Subscription(() => ProjectionType, {
    description: 'How far projections are: now, then whenever it changes; looked at once a second, while etcd answers.',
    subscribe: ({ args, context }: { args: { readonly name?: Text }; context: SubscriptionContext }) =>
      abortable(context.signal, (signal) => progress(args.name, context, signal)),
  })
  projectionProgress(
    @Arg('name', () => String, { nullable: true, description: 'Only this projection.' }) _name: Text,
    @Root() row: ProjectionRow,
  ): ProjectionType {
    return presentProjection(row);
  }
}
