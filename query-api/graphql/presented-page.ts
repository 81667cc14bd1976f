import { GraphQLError } from 'graphql';
import { type WalkPage } from '../queries/walk.js';
import { badInput } from './arguments.js';
import { type Budget } from './budget.js';

/** A page of a walk as it is shown, within the budget. Refuses a cursor that leads to none. */
export const presentPage = <A, B>(
  page: WalkPage<A>,
  budget: Budget,
  present: (item: A) => B,
): { items: B[]; nextCursor: string | null } => {
  if (page.kind === 'expired')
    throw new GraphQLError('The cursor belongs to another log. Begin again without it.', {
      extensions: { code: 'cursor_expired' },
    });
  if (page.kind === 'refused') throw badInput([page.refusal]);
  return { items: budget.allow(() => page.items).map(present), nextCursor: page.nextCursor ?? null };
};
