import * as t from 'io-ts';
import { ClusterId, SourceId } from './ids.js';
import { Instant } from './instant.js';
import { Revision } from './revision.js';

/** Length and SHA-256 of a stretch of a source's decompressed text, to recognise it again (promise S2). */
export const Stretch = t.readonly(t.type({ length: t.number, sha256: t.string }));

/**
 * How far a source has been appended; committed with the rows it covers (promise L3). `claim` and `batch` make every
 * value unique and known before etcd answers, which is what the next append compares. Versioned: change with care.
 */
export const SourceCheckpoint = t.readonly(
  t.intersection([
    t.type({
      source: SourceId,
      cluster: ClusterId,
      /** Where it was last read from, for messages only. */
      path: t.string,
      log_id: t.string,
      /** The create revision of the lane's claim, and the append's number within the life of that claim. */
      claim: Revision,
      batch: t.number,
      /** The next byte of the decompressed text to read, and the number of the row there (the first data row is 1). */
      offset: t.number,
      row: t.number,
      /**
       * Totals over all passes: rows that became events or dead letters, events appended, dead letters kept, their bytes.
       * A row refused again by a later pass counts as neither: it stands before `counted`, where an earlier pass has been.
       */
      rows: t.number,
      events: t.number,
      dead_letters: t.number,
      dead_letter_bytes: t.number,
      counted: t.number,
      first: Stretch,
      last: Stretch,
      pass: t.number,
      /** The time that a restamped pass started from; the newest time given so far. */
      base: t.union([t.null, Instant]),
      newest: t.union([t.null, Instant]),
      state: t.union([t.literal('reading'), t.literal('ended')]),
    }),
    /** The names in the header line, by which a dead letter of the source is read again. */
    t.partial({ columns: t.readonlyArray(t.string) }),
  ]),
  'SourceCheckpoint',
);
export type SourceCheckpoint = t.TypeOf<typeof SourceCheckpoint>;
