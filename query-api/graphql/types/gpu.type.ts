import { GraphQLJSONObject } from 'graphql-scalars';
import { Field, ObjectType } from 'type-graphql';
import { GpuStatusType } from './status.type.js';

@ObjectType('Holder', { description: 'Who holds a GPU according to its newest observation.' })
class HolderType {
  @Field(() => String, { description: 'Kubernetes container; empty when not told.' })
  container!: string;

  @Field(() => String, { description: 'Kubernetes pod; empty when not told.' })
  pod!: string;

  @Field(() => String, { description: 'Kubernetes namespace; empty when not told.' })
  namespace!: string;

  @Field(() => String, { description: 'Since when. RFC 3339.' })
  since!: string;
}

@ObjectType('Gpu', {
  description:
    'A GPU, or a MIG instance, at its present host. `id` is its index on the host and not unique: cache by `uuid` ' +
    '(Apollo: typePolicies: { Gpu: { keyFields: ["uuid"] } }).',
})
export class GpuType {
  @Field(() => String, { description: 'The index of the GPU on its host. Not unique: the `uuid` is.' })
  id!: string;

  @Field(() => String, { description: 'The GPU’s UUID, or {uuid}:{id} for a MIG instance. Unique.' })
  uuid!: string;

  @Field(() => String, { description: 'The host on which it was observed last.' })
  hostname!: string;

  @Field(() => String, { description: 'The model’s name.' })
  name!: string;

  @Field(() => String, { description: 'The device name on the host.' })
  device!: string;

  @Field(() => GpuStatusType, { description: 'How fresh its observations are.' })
  status!: GpuStatusType;

  @Field(() => String, { description: 'The cluster of the host.' })
  clusterId!: string;

  @Field(() => String, { description: 'The newest effective time of its observations. RFC 3339.' })
  lastSeen!: string;

  @Field(() => String, { description: 'The earliest effective time of its observations on this host. RFC 3339.' })
  firstSeen!: string;

  @Field(() => String, { nullable: true, description: 'Of a MIG instance: the GPU that it is a part of.' })
  parentUuid?: string;

  @Field(() => String, { nullable: true, description: 'Of a MIG instance: its profile, such as 1g.10gb.' })
  migProfile?: string | null;

  @Field(() => GraphQLJSONObject, { description: 'The labels of its newest description.' })
  labels!: Record<string, string>;

  @Field(() => HolderType, { nullable: true, description: 'Who holds it, or null.' })
  heldBy!: HolderType | null;
}
