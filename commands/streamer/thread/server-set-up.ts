import { type SegmentEncoder } from '../../../domain/segment/encode.js';
import { type SourceOpening } from '../../source/source.js';
import { type DeadLetterAmount } from '../dead-letter-limits.js';
import { type Making } from '../make-appends.js';

/** What a thread makes appends with, whatever the source. */
export interface ServerSetUp extends Omit<Making, 'partitions' | 'encode' | 'deadLetters'> {
  readonly deadLetters: DeadLetterAmount;
  /** Opens a file by its path; undefined for what is none, such as a pipe, which must be opened only once. */
  readonly open: (path: string) => Promise<SourceOpening | undefined>;
  /** @param version that segments are written in, asked for when it is known where they go */
  readonly encode: (version: () => number) => SegmentEncoder;
}
