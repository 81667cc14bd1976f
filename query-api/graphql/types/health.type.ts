import { Field, Float, Int, ObjectType, registerEnumType } from 'type-graphql';
import { healthKinds } from '../../../domain/health-signals.js';
import { kindMeanings } from '../../wire/health-event.js';
import { GpuStatusType } from './status.type.js';

export const HealthKindType = Object.fromEntries(healthKinds.map((kind) => [kind, kind]));

registerEnumType(HealthKindType, {
  name: 'HealthKind',
  description: 'What can be wrong with a GPU.',
  valuesConfig: Object.fromEntries(healthKinds.map((kind) => [kind, { description: `${kindMeanings[kind]}.` }])),
});

@ObjectType('HealthCondition', { description: 'What is or was wrong, when, and how often.' })
class HealthConditionType {
  @Field(() => HealthKindType, { description: 'Of which kind.' })
  kind!: string;

  @Field(() => String, { nullable: true, description: 'Which of its kind; null for one kind alone.' })
  cause!: string | null;

  @Field(() => Float, { nullable: true, description: 'The number of the XID error; null for everything else.' })
  code!: number | null;

  @Field(() => String, { nullable: true, description: 'The DCGM name of the metric that tells of it.' })
  metric!: string | null;

  @Field(() => String, { description: 'Effective time of the first sample that told of it. RFC 3339.' })
  firstSeen!: string;

  @Field(() => String, { description: 'Effective time of the last one. RFC 3339.' })
  lastSeen!: string;

  @Field(() => Float, { description: 'How much a counter has grown; of everything else how often it has begun.' })
  count!: number;

  @Field(() => Int, { description: 'Samples that told of it.' })
  samples!: number;

  @Field(() => Float, { nullable: true, description: 'The greatest value of those samples.' })
  worst!: number | null;

  @Field(() => String, { nullable: true, description: 'The unit of that value.' })
  unit!: string | null;

  @Field(() => Boolean, { description: 'Whether the newest sample still tells of it.' })
  ongoing!: boolean;
}

@ObjectType('HealthEvent', { description: 'One thing that is or was wrong with one GPU, from beginning to end.' })
export class HealthEventType extends HealthConditionType {
  @Field(() => String, { description: 'Names the event among all of them.' })
  id!: string;

  @Field(() => String, { description: 'The GPU’s UUID, or {uuid}:{id} for a MIG instance.' })
  uuid!: string;

  @Field(() => String, { description: 'The index of the GPU on that host.' })
  gpuId!: string;

  @Field(() => String, { description: 'The host on which it was.' })
  hostname!: string;

  @Field(() => String, { description: 'The cluster of the host.' })
  clusterId!: string;
}

@ObjectType('GpuHealth', { description: 'What is and was wrong with a GPU at its present host.' })
export class GpuHealthType {
  @Field(() => GpuStatusType, { description: 'How fresh its observations are.' })
  status!: GpuStatusType;

  @Field(() => Boolean, { description: 'Whether nothing is wrong now, as far as the sampled metrics tell.' })
  healthy!: boolean;

  @Field(() => [HealthConditionType], { description: 'Sums over everything that was ever wrong.' })
  conditions!: HealthConditionType[];

  @Field(() => Boolean, { description: 'Whether there were more conditions than are kept.' })
  conditionsTruncated!: boolean;

  @Field(() => [HealthEventType], { description: 'The newest events, in the order in which they came to be known.' })
  events!: HealthEventType[];

  @Field(() => Int, { description: 'Older events, which are in the sums alone.' })
  eventsDropped!: number;
}

@ObjectType('HealthEventPage', { description: 'A page of events.' })
export class HealthEventPageType {
  @Field(() => [HealthEventType], { description: 'The events.' })
  items!: HealthEventType[];

  @Field(() => String, { nullable: true, description: 'Where the next page begins; null on the last one.' })
  nextCursor!: string | null;
}

enum HealthChangeKind {
  began = 'began',
  ended = 'ended',
}

registerEnumType(HealthChangeKind, {
  name: 'HealthChangeKind',
  description: 'What has happened to an event.',
  valuesConfig: { began: { description: 'It has begun.' }, ended: { description: 'It is over.' } },
});

@ObjectType('GpuHealthChange', { description: 'An event that has begun, or is over.' })
export class GpuHealthChangeType {
  @Field(() => HealthChangeKind, { description: 'Which of both.' })
  change!: string;

  @Field(() => HealthEventType, { description: 'The event as it stands.' })
  event!: HealthEventType;
}
