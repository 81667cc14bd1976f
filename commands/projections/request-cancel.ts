import { cancelBuild } from '../../domain/end-build.js';
import { type GenerationRecord, type ProjectionName } from '../../domain/generation.js';
import { type GenerationRegistry } from '../../domain/generation-registry.js';
import { buildOf } from '../../domain/generations-known.js';

/**
 * Gives up the build of a projection, also one that has failed; undefined when there is none, or it has come to answer
 * queries. The build that is found first is named when it is given up: an answer that is lost is asked for again, and a
 * reset that another has made meanwhile is not what was meant. Throws when etcd does not answer.
 */
export const requestCancel = async (
  registry: Pick<GenerationRegistry, 'read' | 'change'>,
  projection: ProjectionName,
  signal: AbortSignal,
): Promise<GenerationRecord | undefined> => {
  const build = buildOf(await registry.read(signal), projection);
  if (build === undefined) return undefined;
  const isGivenUp = await registry.change((view) => cancelBuild(view, build), signal);
  return isGivenUp ? build : undefined;
};
