import { Field, Float, ObjectType } from 'type-graphql';

@ObjectType('LatestMetric', { description: 'The newest value of one metric.' })
export class LatestMetricType {
  @Field(() => String, { description: 'The field name (power_draw, …) or the DCGM name of a metric without a field.' })
  name!: string;

  @Field(() => Float, { description: 'The newest value by effective time.' })
  value!: number;

  @Field(() => String, { nullable: true, description: 'The unit; null for a metric without a field.' })
  unit!: string | null;

  @Field(() => String, { description: 'When it was observed. RFC 3339.' })
  timestamp!: string;
}

@ObjectType('MetricSpread', { description: 'How the values of one metric lie.' })
export class MetricSpreadType {
  @Field(() => String, { description: 'The field name or the DCGM name.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'The unit; null for a metric without a field.' })
  unit!: string | null;

  // More than an Int holds, of a large fleet over days.
  @Field(() => Float, { description: 'How many samples.' })
  samples!: number;

  @Field(() => Float, { nullable: true, description: 'The least; null where there is none.' })
  min!: number | null;

  @Field(() => Float, { nullable: true, description: 'The mean; null where there is none.' })
  mean!: number | null;

  @Field(() => Float, { nullable: true, description: 'The greatest; null where there is none.' })
  max!: number | null;

  @Field(() => Float, { nullable: true, description: 'The 95th percentile by nearest rank, where it is computed.' })
  p95!: number | null;
}
