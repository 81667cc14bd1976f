import { GraphQLJSONObject } from 'graphql-scalars';
import { Field, ObjectType } from 'type-graphql';
import { withMetricFields } from './metric-fields.js';

@ObjectType('TelemetryRecord', {
  description: 'One device at one observation time; over one bucket of time when `step` was given.',
})
export class TelemetryRecordType {
  @Field(() => String, { nullable: true, description: 'A label for people, not unique; null for a bucket of time.' })
  telemetryId!: string | null;

  @Field(() => String, { description: 'The observation time, or the start of the bucket. RFC 3339.' })
  timestamp!: string;

  @Field(() => String, { description: 'The index of the GPU on its host.' })
  gpuId!: string;

  @Field(() => String, { description: 'The GPU’s UUID, or {uuid}:{id} for a MIG instance.' })
  uuid!: string;

  @Field(() => String, { description: 'The device name on the host.' })
  device!: string;

  @Field(() => String, { description: 'The model’s name.' })
  modelName!: string;

  @Field(() => String, { description: 'The host on which it was observed.' })
  hostname!: string;

  @Field(() => GraphQLJSONObject, { description: 'Every other metric that was sampled, by its DCGM name.' })
  metrics!: Record<string, number>;
}

withMetricFields(TelemetryRecordType.prototype);

@ObjectType('TelemetryPage', { description: 'A page of records.' })
export class TelemetryPageType {
  @Field(() => [TelemetryRecordType], { description: 'The records.' })
  items!: TelemetryRecordType[];

  @Field(() => String, { nullable: true, description: 'Where the next page begins; null on the last one.' })
  nextCursor!: string | null;
}

@ObjectType('TelemetryUpdate', {
  description: 'What one segment of the log holds of one device at one time; a record may come as several updates.',
})
export class TelemetryUpdateType extends TelemetryRecordType {
  @Field(() => String, { description: 'The cluster of the host.' })
  clusterId!: string;

  @Field(() => String, {
    description: 'Give it as `after` to go on behind this update: nothing missed, nothing twice.',
  })
  cursor!: string;
}

withMetricFields(TelemetryUpdateType.prototype);
