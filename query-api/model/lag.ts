import { beginning } from '../../domain/revision.js';
import { type Model } from './model.js';

/**
 * Segments that have been followed and that some read model does not cover yet, by the same rule as the revision of an
 * answer: written history does not count, the tail answers for it, nor does a stopped partition.
 */
export const lagSegments = (model: Model): number => {
  const { gpu, host, cluster } = model.generations;
  let lag = 0;
  for (const partition of model.everyPartition()) {
    if (model.tail.isStopped(partition)) continue;
    const nexts = [gpu, host, cluster].map(({ loaded }) => loaded?.next(partition) ?? beginning);
    lag += model.tail.from(
      partition,
      nexts.reduce((a, b) => (a < b ? a : b)),
    ).length;
  }
  return lag;
};
