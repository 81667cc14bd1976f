import { type PageCursor } from '../queries/page-cursor.js';
import { foreignCursor } from '../queries/telemetry-walk.js';
import { badParameters } from '../http/problem.js';

/** The key that a cursor goes on behind. Refuses a cursor of another list. */
export const keyBehind = <K>(
  cursor: PageCursor | undefined,
  digest: string,
  readKey: (key: readonly string[]) => K | undefined,
): K | undefined => {
  if (cursor === undefined) return undefined;
  const key = cursor.of === digest ? readKey(cursor.key) : undefined;
  if (key !== undefined) return key;
  throw badParameters([foreignCursor]);
};
