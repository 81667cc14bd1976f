import { type ClusterId } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type Revision } from '../../domain/revision.js';
import { type Samples } from '../../domain/segment/segment.js';

/** Samples of one partition that stand together: a chunk of written history, or a segment of the tail. */
export interface Piece {
  /** Observation times, both inclusive. */
  readonly first: Instant;
  readonly last: Instant;
  readonly cluster: ClusterId;
  /** Of two samples of one metric of one device at one time, the one of the higher revision counts. */
  readonly revision: Revision;
  /** Undefined when retention has dropped it since it was listed. */
  load(signal: AbortSignal): Promise<Samples | undefined>;
}
