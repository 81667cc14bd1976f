import { isCompacted } from './failure.js';

/**
 * Reads what has to be of one revision in several calls: all of it again when that revision was compacted meanwhile,
 * as often as it takes until the signal aborts. Throws what else the reading throws.
 */
export const readAnew = async <A>(read: () => Promise<A>, signal: AbortSignal): Promise<A> => {
  for (;;) {
    try {
      return await read();
    } catch (error) {
      if (!isCompacted(error) || signal.aborted) throw error;
    }
  }
};
