import { type HistoryQuery } from '../history/history-query.js';
import { type TelemetryRecord } from '../history/telemetry-record.js';
import { type Fleet } from '../model/fleet.js';
import { refusal, type Refusal } from '../parameters/parameter.js';
import { type PageCursor } from './page-cursor.js';
import { type Gateway } from './gateway.js';
import { digestOfHistory, telemetryPage } from './telemetry.js';
import { isOfLog, nextCursor, printRecordKey, readRecordKey, type WalkPage } from './walk.js';

/** The refusal of a cursor that belongs to another list. */
export const foreignCursor: Refusal = refusal(
  'cursor',
  '(a cursor of another list)',
  'next_cursor of a page with the same filters, order and step',
);

/** The page behind a cursor, or the first one. */
export const telemetryWalk = async (
  gateway: Gateway,
  fleet: Fleet,
  wish: Omit<HistoryQuery, 'after'>,
  cursor: PageCursor | undefined,
  signal: AbortSignal,
): Promise<WalkPage<TelemetryRecord>> => {
  const digest = digestOfHistory({ ...wish, after: undefined });
  if (cursor && !isOfLog(cursor, gateway.identity)) return { kind: 'expired' };
  const after = cursor && (cursor.of === digest ? readRecordKey(cursor.key) : undefined);
  if (cursor && !after) return { kind: 'refused', refusal: foreignCursor };
  const { items, last } = await telemetryPage(gateway, fleet, { ...wish, after }, signal);
  const next = last && nextCursor(cursor, printRecordKey(last), digest, gateway.identity, fleet.revision);
  return { kind: 'page', items, nextCursor: next };
};
