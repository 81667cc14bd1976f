import { Ctx, Query, Resolver } from 'type-graphql';
import { RequestContext } from '../request-context.js';
import { PipelineType } from '../types/pipeline.type.js';

@Resolver()
export class PipelineResolver {
  @Query(() => PipelineType, { description: 'Dead letters, and how full etcd is.' })
  async pipeline(@Ctx() { gateway, signal }: RequestContext): Promise<PipelineType> {
    const { deadLetters, space } = await gateway.pipeline(signal);
    return {
      deadLetters,
      databaseUsedBytes: space ? String(space.usedBytes) : null,
      databaseQuotaBytes: space ? String(space.quotaBytes) : null,
    };
  }
}
