import * as t from 'io-ts';
import { SourceId } from './ids.js';
import { Instant } from './instant.js';

/** A row that could not become an event (promise S3): `dead-letters/{source}/{byte offset}`. Versioned: change with care. */
export const DeadLetter = t.readonly(
  t.type({
    source: SourceId,
    path: t.string,
    /** The first byte of the record in the source's decompressed text, and its row number (the first data row is 1). */
    offset: t.number,
    row: t.number,
    /** Each thing that was wrong, and what is accepted. */
    reasons: t.readonlyArray(t.string),
    /** The record as it stood, in base64; null above 64 KiB, where `length` and `sha256` tell what it was. */
    raw: t.union([t.string, t.null]),
    length: t.number,
    sha256: t.string,
    at: Instant,
  }),
  'DeadLetter',
);
export type DeadLetter = t.TypeOf<typeof DeadLetter>;
