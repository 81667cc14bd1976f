import { Field, Float, Int, ObjectType } from 'type-graphql';
import { MetricSpreadType } from './latest-metric.type.js';
import { GpuStatusType } from './status.type.js';

@ObjectType('Cluster', { description: 'A cluster.' })
export class ClusterType {
  @Field(() => String, { description: 'Its name, as it was given to the streamer. Unique.' })
  id!: string;

  @Field(() => String, { description: 'The same as `id`.' })
  name!: string;

  @Field(() => GpuStatusType, { description: 'How fresh its newest observation is.' })
  status!: GpuStatusType;

  @Field(() => Int, { description: 'Hosts ever seen in it.' })
  hostCount!: number;

  @Field(() => Int, { description: 'GPUs and MIG instances whose present host is in it.' })
  gpuCount!: number;

  @Field(() => Int, { description: 'Those of them that are active.' })
  activeGpuCount!: number;

  @Field(() => String, { description: 'The newest effective time seen in it. RFC 3339.' })
  watermark!: string;
}

@ObjectType('GpusByStatus', { description: 'How many GPUs have which status.' })
class GpusByStatusType {
  @Field(() => Int, { description: 'Active ones.' })
  active!: number;

  @Field(() => Int, { description: 'Stale ones.' })
  stale!: number;

  @Field(() => Int, { description: 'Missing ones.' })
  missing!: number;
}

@ObjectType('Totals', { description: 'Sums over the GPUs; null where none has the value.' })
export class TotalsType {
  @Field(() => Float, { nullable: true, description: 'Watts drawn.' })
  powerDraw!: number | null;

  @Field(() => Float, { nullable: true, description: 'MiB of frame buffer in use.' })
  memoryUsedMb!: number | null;

  @Field(() => Float, { nullable: true, description: 'MiB of frame buffer free.' })
  memoryFreeMb!: number | null;
}

@ObjectType('CoursePoint', { description: 'A cluster over one step of time.' })
class CoursePointType {
  @Field(() => String, { description: 'The start of the step. RFC 3339.' })
  start!: string;

  @Field(() => [MetricSpreadType], { description: 'Each metric over all samples of the step.' })
  metrics!: MetricSpreadType[];
}

@ObjectType('ClusterStats', { description: 'Computed from the latest values of active GPUs, or of all.' })
export class ClusterStatsType {
  @Field(() => GpusByStatusType, { description: 'How many GPUs have which status.' })
  gpusByStatus!: GpusByStatusType;

  @Field(() => [MetricSpreadType], { description: 'Each metric over the latest values.' })
  metrics!: MetricSpreadType[];

  @Field(() => TotalsType, { description: 'Sums.' })
  totals!: TotalsType;

  @Field(() => [CoursePointType], {
    nullable: true,
    description: 'With `step` the course over time, oldest first; else null.',
  })
  course!: CoursePointType[] | null;
}
