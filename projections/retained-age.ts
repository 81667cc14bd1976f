import { type ProjectionName } from '../domain/generation.js';
import { formatInstant, type Instant, parseInstant } from '../domain/instant.js';
import { parseChunkPath } from './history/chunk-path.document.js';

/** Where a document stands in the order in which retention drops documents of its kind. */
export interface RetainedAge {
  /** Of a chunk the revision of its run's last segment, of a cluster's minute its start. */
  readonly block: bigint;
  readonly part: number;
  readonly oldest: Instant;
  readonly newest: Instant;
}

const minute = 60_000_000_000n;

/** Undefined for a document that does not become one of ever more. */
export const retainedAge = (path: readonly string[]): RetainedAge | undefined => {
  const chunk = parseChunkPath(path);
  if (chunk !== undefined) return { block: chunk.revision, part: chunk.part, oldest: chunk.first, newest: chunk.last };
  const start = path[0] === 'minutes' ? parseInstant(path.at(-1)!) : undefined;
  return start && { block: start, part: 0, oldest: start, newest: (start + minute) as Instant };
};

/** What names of blocks before this one are lower than. */
export const retainedBound = (projection: ProjectionName, block: bigint): string =>
  projection === 'history' ? String(block).padStart(20, '0') : formatInstant(block as Instant);
