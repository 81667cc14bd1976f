import { isCompacted } from './failure.js';

/** What was read at a revision ends there: that was compacted away meanwhile. */
export class RevisionCompacted extends Error {}

/**
 * Reads what has to be of one revision in several calls: all of it again when that revision was compacted meanwhile,
 * as often as it takes until the signal aborts. Throws what else the reading throws.
 */
export const readAnew = async <A>(read: () => Promise<A>, signal: AbortSignal): Promise<A> => {
  for (;;) {
    try {
      return await read();
    } catch (error) {
      const isOver = isCompacted(error) || error instanceof RevisionCompacted;
      if (!isOver || signal.aborted) throw error;
    }
  }
};
