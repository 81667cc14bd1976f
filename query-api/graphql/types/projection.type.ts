import { Field, Int, ObjectType } from 'type-graphql';
import { projectionNames } from '../../../domain/generation.js';

@ObjectType('StoppedPartition', { description: 'A partition that a segment which cannot be read has stopped.' })
class StoppedPartitionType {
  @Field(() => Int, { description: 'The partition.' })
  partition!: number;

  @Field(() => String, { description: 'The segment at which it has stopped.' })
  key!: string;

  @Field(() => String, { description: 'Why.' })
  reason!: string;
}

@ObjectType('Projection', { description: 'How far one generation of a projection is.' })
export class ProjectionType {
  @Field(() => String, { description: `${projectionNames.join(', ')}.` })
  name!: string;

  @Field(() => Int, { description: 'The version of its fold.' })
  version!: number;

  @Field(() => String, { description: 'The number of the build; numbers are never reused.' })
  generation!: string;

  @Field(() => String, { description: 'active, building or failed.' })
  state!: string;

  @Field(() => Boolean, { description: 'Whether the log’s old end had been trimmed when it was built.' })
  partial!: boolean;

  @Field(() => Int, { description: 'Segments of the log that it has not folded yet.' })
  lagSegments!: number;

  @Field(() => String, { description: 'Events folded; a 64-bit number as a string.' })
  events!: string;

  @Field(() => Boolean, { description: 'Whether no live collector folds this version: it is served as it stands.' })
  old!: boolean;

  @Field(() => Int, { description: 'Events folded a second, over the last seconds.' })
  eventsPerSecond!: number;

  @Field(() => Int, { description: 'Partitions of the log.' })
  partitions!: number;

  @Field(() => Int, { description: 'Partitions that are folded to their end.' })
  partitionsDone!: number;

  @Field(() => String, { nullable: true, description: 'Why a build has failed.' })
  failure!: string | null;

  @Field(() => [StoppedPartitionType], { description: 'Partitions that cannot go on; [] when none.' })
  stopped!: StoppedPartitionType[];
}

@ObjectType('ProjectionBuild', { description: 'A generation of a projection that has begun to be built.' })
export class ProjectionBuildType {
  @Field(() => String, { description: 'The projection.' })
  name!: string;

  @Field(() => Int, { description: 'The version of the fold that builds it.' })
  version!: number;

  @Field(() => String, { description: 'The number of the build; numbers are never reused.' })
  generation!: string;

  @Field(() => String, { description: 'building: queries go on answering from the active generation.' })
  state!: string;

  @Field(() => Boolean, { description: 'Whether it is built without what was trimmed from the log.' })
  partial!: boolean;
}
