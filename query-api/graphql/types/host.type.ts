import { Field, Int, ObjectType } from 'type-graphql';
import { GpuStatusType } from './status.type.js';

@ObjectType('Host', { description: 'A host. Cache by `clusterId` and `hostname`: a name may occur in two clusters.' })
export class HostType {
  @Field(() => String, { description: 'The same as `hostname`. Unique within its cluster only.' })
  id!: string;

  @Field(() => String, { description: 'The host’s name.' })
  hostname!: string;

  @Field(() => String, { description: 'Its cluster.' })
  clusterId!: string;

  @Field(() => GpuStatusType, { description: 'How fresh its observations are.' })
  status!: GpuStatusType;

  @Field(() => Int, { description: 'GPUs and MIG instances whose present host this is.' })
  gpuCount!: number;

  @Field(() => Int, { description: 'Those of them that are active.' })
  activeGpuCount!: number;

  @Field(() => String, { description: 'The newest effective time of its observations. RFC 3339.' })
  lastSeen!: string;
}
