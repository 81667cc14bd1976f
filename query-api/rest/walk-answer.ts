import { type WalkPage } from '../queries/walk.js';
import { type Answer } from '../wire/envelope.js';
import { badParameters, cursorExpired } from '../http/problem.js';

/** What is answered with a page of a walk. Refuses a cursor that leads to none. */
export const walkAnswer = <A>(page: WalkPage<A>, wire: (item: A) => unknown): Answer => {
  if (page.kind === 'expired') throw cursorExpired();
  if (page.kind === 'refused') throw badParameters([page.refusal]);
  return { kind: 'list', data: page.items.map(wire), nextCursor: page.nextCursor };
};
