import { type Model } from './model.js';

/**
 * Segments that have been followed and that some read model does not cover yet, by the same rule as the revision of an
 * answer: written history does not count, the tail answers for it, nor does a stopped partition.
 */
export const lagSegments = (model: Model): number => {
  let lag = 0;
  for (const partition of model.everyPartition()) {
    if (model.tail.isStopped(partition)) continue;
    lag += model.tail.from(partition, model.nextOf(partition)).length;
  }
  return lag;
};
