import { type DeadLetter } from '../../domain/dead-letter.js';
import { type SourceId } from '../../domain/ids.js';

/** Reading what was refused. Throws when etcd does not answer, or a stored letter cannot be read. */
export interface DeadLetterReader {
  /** By source, then by offset; the next page is read when the one before has been consumed. */
  list(signal: AbortSignal): AsyncIterable<DeadLetter>;
  get(source: SourceId, offset: number, signal: AbortSignal): Promise<DeadLetter | undefined>;
}
