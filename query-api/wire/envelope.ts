import * as t from 'io-ts';
import { described } from '../schema/described.js';
import { count } from './fields.js';

const success = described(t.literal(true), 'True: a refused request gets a problem document instead.');
const nextCursor = described(t.string, 'Where the next page begins. Absent on the last page.');

/** What one thing is sent in. */
export const oneOf = (data: t.Mixed): t.Mixed =>
  t.type({ success, count: described(t.literal(1), 'Always 1.'), data: described(data, 'What was asked for.') });

/** What a list is sent in. */
export const listOf = (item: t.Mixed): t.Mixed =>
  t.intersection([
    t.type({ success, count: count('Items in this answer.'), data: described(t.array(item), 'The items, in order.') }),
    t.partial({ next_cursor: nextCursor }),
  ]);

/** What a list of the inventory is sent in. */
export const inventoryOf = (item: t.Mixed): t.Mixed =>
  t.intersection([
    t.type({
      success,
      count: count('Items in this answer.'),
      total: count('Items in the whole list.'),
      data: described(t.array(item), 'The items, in order.'),
    }),
    t.partial({ next_cursor: nextCursor }),
  ]);

/** What an operation answers, before it is put in its envelope. */
export type Answer =
  | { readonly kind: 'one'; readonly data: unknown }
  | {
      readonly kind: 'list';
      readonly data: readonly unknown[];
      readonly total?: number;
      readonly nextCursor: string | undefined;
    };

/** The body of an answer. */
export const enveloped = (answer: Answer): unknown =>
  answer.kind === 'one'
    ? { success: true, count: 1, data: answer.data }
    : {
        success: true,
        count: answer.data.length,
        ...(answer.total === undefined ? {} : { total: answer.total }),
        data: answer.data,
        ...(answer.nextCursor === undefined ? {} : { next_cursor: answer.nextCursor }),
      };
