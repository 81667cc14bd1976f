import { beginning, type Revision } from '../../domain/revision.js';
import { type PageCursor } from '../queries/page-cursor.js';
import { type Gateway } from '../queries/gateway.js';
import { isOfLog } from '../queries/walk.js';
import { cursorExpired, notYet } from '../http/problem.js';

/** What of a request says how far the gateway must be. */
export interface WaitedFor {
  readonly min_revision: Revision | undefined;
  readonly cursor?: PageCursor | undefined;
}

/**
 * Waits for the revision that a request asks for, and for the one at which its walk over the pages began: the page
 * before may have come from another gateway, which was further.
 */
export const waitFor = async (
  gateway: Gateway,
  { min_revision: asked = beginning, cursor }: WaitedFor,
  signal: AbortSignal,
): Promise<void> => {
  if (cursor && !isOfLog(cursor, gateway.identity)) throw cursorExpired();
  const wanted = cursor && cursor.revision > asked ? cursor.revision : asked;
  if (!(await gateway.reached(wanted, signal)))
    throw notYet(`The gateway has not reached revision ${wanted} in time, 5 s at most.`, 1);
};
