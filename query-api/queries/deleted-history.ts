import { type Instant } from '../../domain/instant.js';
import { type HistoryQuery } from '../history/history-query.js';
import { type Gateway } from './gateway.js';

/** The header that says so, with the time as its value. */
export const deletedToHeader = 'x-telemetry-deleted-to';

/**
 * Up to which time something of what a query asks for has been deleted; undefined where nothing has. An empty list does
 * not say whether there ever was something.
 */
export const deletedTo = (
  { historyDeletedTo }: Pick<Gateway, 'historyDeletedTo'>,
  { start }: Pick<HistoryQuery, 'start'>,
): Instant | undefined => {
  const to = historyDeletedTo();
  return to === undefined || (start !== undefined && start > to) ? undefined : to;
};
