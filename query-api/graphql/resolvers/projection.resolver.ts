import { Ctx, Query, Resolver } from 'type-graphql';
import { presentProjection } from '../present.js';
import { RequestContext } from '../request-context.js';
import { ProjectionType } from '../types/projection.type.js';

@Resolver()
export class ProjectionResolver {
  @Query(() => [ProjectionType], { description: 'Every generation of every projection.' })
  async projections(@Ctx() { gateway, signal }: RequestContext): Promise<ProjectionType[]> {
    return (await gateway.projections(signal)).map(presentProjection);
  }
}
