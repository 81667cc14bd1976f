import { Field, Int, ObjectType } from 'type-graphql';

@ObjectType('Pipeline', { description: 'What surrounds the read models.' })
export class PipelineType {
  @Field(() => Int, { description: 'Rows that could not become events and are kept as dead letters.' })
  deadLetters!: number;

  @Field(() => String, {
    nullable: true,
    description: 'Bytes in use in etcd; a 64-bit number as a string; null if unknown.',
  })
  databaseUsedBytes!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Bytes that etcd may use; a 64-bit number as a string; null if unknown.',
  })
  databaseQuotaBytes!: string | null;
}
