import { GraphQLError } from 'graphql';
import { ArgsType, Field, Int } from 'type-graphql';
import { type HealthKind } from '../../domain/health-signals.js';
import { formatInstant } from '../../domain/instant.js';
import { type Fleet, type FleetHealth } from '../model/fleet.js';
import { choice } from '../parameters/choice.js';
import { clusterId, gpuUuid, hostname } from '../parameters/names.js';
import { limit } from '../parameters/number.js';
import { refusal } from '../parameters/parameter.js';
import { endTime, startTime } from '../parameters/time.js';
import { type HealthFilter } from '../queries/health-events.js';
import { type HealthWish } from '../queries/health-walk.js';
import { usualRecords } from '../queries/telemetry.js';
import { onlyCluster, onlyGpu, onlyHost } from './argument-words.js';
import { argument, badInput } from './arguments.js';
import { HealthKindType } from './types/health.type.js';

/** Which events: of which kind, and of whom. */
@ArgsType()
export class HealthFilterArguments {
  @Field(() => HealthKindType, { nullable: true, description: 'Only events of this kind.' })
  kind?: HealthKind | null;

  @Field(() => String, { nullable: true, description: onlyGpu })
  gpuUuid?: string | null;

  @Field(() => String, { nullable: true, description: onlyHost })
  hostname?: string | null;

  @Field(() => String, { nullable: true, description: onlyCluster })
  clusterId?: string | null;
}

@ArgsType()
export class HealthArguments extends HealthFilterArguments {
  @Field(() => Boolean, { nullable: true, description: 'Only events that go on, or only those that are over.' })
  ongoing?: boolean | null;

  @Field(() => String, { nullable: true, description: 'Only events that were not over before this time. RFC 3339.' })
  startTime?: string | null;

  @Field(() => String, { nullable: true, description: 'Only events that had begun by this time. RFC 3339.' })
  endTime?: string | null;

  @Field(() => Int, { nullable: true, description: 'Events at most, 1 to 10000; 100 when not given.' })
  limit?: number | null;

  @Field(() => String, { nullable: true, description: 'asc (by when they began, the default) or desc.' })
  order?: string | null;
}

export const healthFilter = (given: HealthFilterArguments): HealthFilter => ({
  kind: given.kind ?? undefined,
  uuid: argument('gpuUuid', gpuUuid, given.gpuUuid),
  hostname: argument('hostname', hostname, given.hostname),
  cluster: argument('clusterId', clusterId, given.clusterId),
});

const orders = choice(['asc', 'desc'], '');
const atMost = limit('', usualRecords);

export const healthWish = (given: HealthArguments): HealthWish => {
  const start = argument('startTime', startTime, given.startTime);
  const end = argument('endTime', endTime, given.endTime);
  if (start !== undefined && end !== undefined && start > end)
    throw badInput([refusal('startTime', formatInstant(start), `a time not after endTime, ${formatInstant(end)}`)]);
  return {
    ...healthFilter(given),
    ...{ ongoing: given.ongoing ?? undefined, start, end },
    order: argument('order', orders, given.order) ?? 'asc',
    limit: argument('limit', atMost, given.limit) ?? usualRecords,
  };
};

/** Refuses while the projection is built for the first time, in a system of a program that had none. */
export const healthOf = ({ health }: Fleet): FleetHealth => {
  if (health) return health;
  const message = 'Health is being built from the log for the first time; `projections` shows how far it is.';
  throw new GraphQLError(message, { extensions: { code: 'NOT_YET' } });
};
