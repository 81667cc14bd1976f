import { createHash } from 'node:crypto';
import * as t from 'io-ts';
import { isLeft } from 'fp-ts/lib/Either.js';
import { Epoch } from '../../domain/ids.js';
import { Revision } from '../../domain/revision.js';

/** Where a walk over the pages of a list stands. Opaque to clients; versioned: change with care. */
const PageCursor = t.readonly(
  t.strict({
    v: t.literal(1),
    /** Which log, and in which epoch: a cursor of another one has expired (promise L9). */
    log: t.string,
    epoch: Epoch,
    /** A digest of what was asked: a cursor goes on with its own list only. */
    of: t.string,
    /** The revision from which the walk began: a gateway that is not that far yet waits, so that it skips nothing. */
    revision: Revision,
    /** The sort key of the last item shown. */
    key: t.readonlyArray(t.string),
  }),
  'PageCursor',
);
export type PageCursor = t.TypeOf<typeof PageCursor>;

export const printCursor = (cursor: PageCursor): string =>
  Buffer.from(JSON.stringify(PageCursor.encode(cursor)), 'utf8').toString('base64url');

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
};

/** Undefined for text that no gateway gave. */
export const readCursor = (text: string): PageCursor | undefined => {
  if (!/^[A-Za-z0-9_-]{1,4096}$/.test(text)) return undefined;
  const result = PageCursor.decode(parsed(text));
  // Not what says the same in other characters: base64 and JSON pass over some, and a cursor is taken unchanged.
  return isLeft(result) || printCursor(result.right) !== text ? undefined : result.right;
};

/** A digest of the filters and the order of a list: everything but how many items to show and where to go on. */
export const digestOf = (parts: Readonly<Record<string, string | undefined>>): string =>
  createHash('sha256')
    .update(JSON.stringify(Object.entries(parts).filter(([, value]) => value !== undefined)))
    .digest('base64url')
    .slice(0, 16);
