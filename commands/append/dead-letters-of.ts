import { DeadLetter } from '../../domain/dead-letter.js';
import { type SourceId } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type ReadBlock, type RejectedRecord } from '../source/read-block.js';

/** Where a rejected record was found, and when it was kept. */
export interface FoundIn {
  readonly source: SourceId;
  readonly path: string;
  readonly at: Instant;
}

const deadLetterOf = ({ raw, ...record }: RejectedRecord, found: FoundIn): DeadLetter => ({
  ...found,
  offset: record.offset,
  row: record.row,
  reasons: record.reasons,
  raw: raw === undefined ? null : Buffer.from(raw).toString('base64'),
  length: record.length,
  sha256: record.sha256,
});

/**
 * The dead letters of some blocks (promise S3).
 *
 * @param counted records before this offset were kept by an earlier pass, and are not kept again
 */
export const deadLettersOf = (blocks: readonly ReadBlock[], found: FoundIn, counted: number): readonly DeadLetter[] =>
  blocks.flatMap(({ rejected }) =>
    rejected.filter(({ offset }) => offset >= counted).map((record) => deadLetterOf(record, found)),
  );

/** What a dead letter takes in etcd, in bytes, its key left aside. */
export const storedSize = (letter: DeadLetter): number => Buffer.byteLength(JSON.stringify(DeadLetter.encode(letter)));
