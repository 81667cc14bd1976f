import { Field, ObjectType } from 'type-graphql';

@ObjectType('DeadLetterReplay', { description: 'A dead letter after it was asked for that it is read again.' })
export class DeadLetterReplayType {
  @Field(() => String, { description: 'SOURCE/OFFSET, as `telemetry dead-letters list` shows it.' })
  id!: string;

  @Field(() => String, {
    description:
      'requested (now or before, and a streamer reads it again), replayed (it has become events), discarded (it is to ' +
      'become none), absent (there is no such letter).',
  })
  state!: string;
}
