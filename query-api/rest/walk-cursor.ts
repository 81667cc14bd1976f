import { refusal } from '../parameters/parameter.js';
import { type PageCursor } from '../queries/cursor.js';
import { type Gateway } from '../queries/gateway.js';
import { judgeCursor } from '../queries/walk.js';
import { badParameters, notYet, Problem } from './problem.js';

const expired = (): Problem =>
  new Problem({
    code: 'cursor_expired',
    status: 400,
    title: 'cursor_expired',
    detail: 'The cursor belongs to a log that has been recovered or replaced since. Begin again without it.',
  });

/**
 * The key that a cursor goes on behind. Refuses one of another list or another log, and waits until the models are
 * as far as they were when the walk began, since the page before may have come from another gateway.
 */
export const goOnBehind = async <K>(
  gateway: Gateway,
  cursor: PageCursor | undefined,
  digest: string,
  readKey: (key: readonly string[]) => K | undefined,
  signal: AbortSignal,
): Promise<K | undefined> => {
  if (cursor === undefined) return undefined;
  const verdict = judgeCursor(cursor, digest, gateway.identity);
  if (verdict === 'cursor_expired') throw expired();
  const key = verdict === 'fits' ? readKey(cursor.key) : undefined;
  if (key === undefined)
    throw badParameters([
      refusal('cursor', '(a cursor of another list)', 'next_cursor of a page with the same filters, order and step'),
    ]);
  if (!(await gateway.reached(cursor.revision, signal)))
    throw notYet('This gateway is not as far yet as the one that gave the cursor.', 1);
  return key;
};
