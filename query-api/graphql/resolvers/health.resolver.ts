import { Arg, Args, Ctx, FieldResolver, Query, Resolver, Root, Subscription } from 'type-graphql';
import { abortable } from '../../live/abortable.js';
import { type HealthChange } from '../../live/health-changes.js';
import { listened } from '../../live/listened.js';
import { cursor } from '../../parameters/cursor.js';
import { healthOfGpu } from '../../queries/gpu-health.js';
import { passes } from '../../queries/health-events.js';
import { healthWalk } from '../../queries/health-walk.js';
import { argument } from '../arguments.js';
import { HealthArguments, healthFilter, HealthFilterArguments, healthOf, healthWish } from '../health-arguments.js';
import { type GpuParent } from '../present.js';
import { presentGpuHealth, presentHealthEvent } from '../presented-health.js';
import { presentPage } from '../presented-page.js';
import { RequestContext } from '../request-context.js';
import { type SubscriptionContext } from '../subscription-context.js';
import { GpuType } from '../types/gpu.type.js';
import { GpuHealthChangeType, GpuHealthType, HealthEventPageType, HealthEventType } from '../types/health.type.js';

/** Changes that wait for one subscriber at most: when a whole fleet turns hot, there is one for each GPU. */
const mostChanges = 20_000;

interface Subscribed {
  readonly args: HealthFilterArguments;
  readonly context: SubscriptionContext;
}

const changes = ({ args, context }: Subscribed) => {
  const filter = healthFilter(args);
  return abortable(context.signal, (signal) => {
    const listen = (tell: (news: readonly HealthChange[]) => void) =>
      context.healthChanges.subscribe((all) => tell(all.filter(({ event }) => passes(filter, event))));
    return listened<HealthChange>(listen, mostChanges, context.tooSlow, signal);
  });
};

@Resolver(() => GpuType)
export class HealthResolver {
  @FieldResolver(() => GpuHealthType, { description: 'What is and was wrong with it at its present host.' })
  health(@Root() { gpu }: GpuParent, @Ctx() { fleet, budget }: RequestContext): GpuHealthType {
    const health = healthOfGpu(fleet, healthOf(fleet), gpu);
    budget.spend(health.conditions.length + health.events.length);
    return presentGpuHealth(health);
  }

  @Query(() => [HealthEventType], {
    description:
      'What is and was wrong in the fleet: the newest 32 events of each GPU and the GPUs that are not seen, by when they ' +
      'began; the oldest 100 unless asked otherwise.',
  })
  async healthEvents(
    @Ctx() context: RequestContext,
    @Args(() => HealthArguments) given: HealthArguments,
  ): Promise<HealthEventType[]> {
    return (await this.page(context, given, undefined)).items;
  }

  @Query(() => HealthEventPageType, { description: 'The same, page by page.' })
  async healthEventPage(
    @Ctx() context: RequestContext,
    @Args(() => HealthArguments) given: HealthArguments,
    @Arg('cursor', () => String, { nullable: true, description: 'nextCursor of the page before' }) at?: string | null,
  ): Promise<HealthEventPageType> {
    return this.page(context, given, at);
  }

  @Subscription(() => GpuHealthChangeType, {
    description:
      'Events that begin and that are over, as samples tell; looked at once a second. What a rebuild folds again is not ' +
      'told, nor what began before: ask for `healthEvents`. GPUs that are not seen are told by `gpuStatusChanged`. A ' +
      'subscriber that does not keep up is closed with 4490.',
    subscribe: changes,
  })
  gpuHealthEvents(
    @Args(() => HealthFilterArguments) _given: HealthFilterArguments,
    @Root() { change, event }: HealthChange,
  ): GpuHealthChangeType {
    return { change, event: presentHealthEvent(event) };
  }

  private async page(
    context: RequestContext,
    given: HealthArguments,
    at: string | null | undefined,
  ): Promise<HealthEventPageType> {
    const { gateway, clock, budget } = context;
    const after = argument('cursor', cursor, at);
    const fleet = await context.fleetFor(after);
    await context.slices.next();
    const page = healthWalk(gateway, fleet, healthOf(fleet), healthWish(given), after, clock);
    return presentPage(page, budget, presentHealthEvent);
  }
}
