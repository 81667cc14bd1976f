import { GraphQLError } from 'graphql';
import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { projectionNames } from '../../../domain/generation.js';
import { knownProjection } from '../arguments.js';
import { assertPermitted } from '../permitted.js';
import { presentProjection } from '../present.js';
import { RequestContext } from '../request-context.js';
import { ProjectionBuildType, ProjectionType } from '../types/projection.type.js';

@Resolver()
export class ProjectionResolver {
  @Query(() => [ProjectionType], { description: 'Every generation of every projection.' })
  async projections(@Ctx() { gateway, signal }: RequestContext): Promise<ProjectionType[]> {
    return (await gateway.projections(signal)).map(presentProjection);
  }

  @Mutation(() => ProjectionBuildType, {
    description:
      'Builds a projection anew beside the generation that queries answer from, which changes when the new one has ' +
      'caught up. Where the old end of the log has been deleted it is built from the archive that collectors were ' +
      'started with, if that reaches back. Needs the admin token: Authorization: Bearer TOKEN.',
  })
  async resetProjection(
    @Arg('name', () => String, { description: projectionNames.join(', ') }) name: string,
    @Arg('partial', () => Boolean, {
      defaultValue: false,
      description: 'Build from what the log still has, when its old end has been trimmed.',
    })
    partial: boolean,
    @Ctx() { gateway, signal, authorization }: RequestContext,
  ): Promise<ProjectionBuildType> {
    assertPermitted(gateway.permission(authorization));
    const outcome = await gateway.resetProjection(knownProjection('name', name)!, partial, signal);
    if (outcome.kind === 'refused') {
      const message = `${outcome.reason}. Nothing was changed.`;
      throw new GraphQLError(message, { extensions: { code: 'NOT_POSSIBLE' } });
    }
    const { version, generation } = outcome;
    return { name, version, generation: String(generation), state: 'building', partial: outcome.partial };
  }
}
