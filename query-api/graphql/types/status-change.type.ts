import { Field, ObjectType } from 'type-graphql';
import { GpuType } from './gpu.type.js';
import { GpuStatusType } from './status.type.js';

@ObjectType('GpuStatusChange', { description: 'A GPU whose status has changed.' })
export class GpuStatusChangeType {
  @Field(() => String, { description: 'The GPU’s UUID.' })
  uuid!: string;

  @Field(() => GpuStatusType, {
    nullable: true,
    description: 'The status before; null for a GPU seen for the first time.',
  })
  from!: GpuStatusType | null;

  @Field(() => GpuStatusType, { description: 'The status now.' })
  to!: GpuStatusType;

  @Field(() => String, { description: 'When the gateway noticed. RFC 3339.' })
  at!: string;

  @Field(() => GpuType, { description: 'The GPU.' })
  gpu!: GpuType;
}
