import { type Order } from '../history/history-query.js';
import { compareRecords, type RecordKey } from '../history/record-order.js';
import { compareText } from '../model/device-order.js';
import { type Fleet, type FleetHealth } from '../model/fleet.js';
import { refusal, type Refusal } from '../parameters/parameter.js';
import { type Clock } from './clock.js';
import { digestOf, type PageCursor } from './page-cursor.js';
import { type Gateway } from './gateway.js';
import { type HealthEvent } from './health-event.js';
import { type HealthFilter, selectHealthEvents } from './health-events.js';
import { isOfLog, nextCursor, printRecordKey, readRecordKey, type WalkPage } from './walk.js';

/** Where an event stands in the list: by when it began, then its device, then its name. */
interface EventKey extends RecordKey {
  readonly id: string;
}

/** What is asked of a list of events. */
export interface HealthWish extends HealthFilter {
  readonly order: Order;
  readonly limit: number;
}

const foreignCursor: Refusal = refusal(
  'cursor',
  '(a cursor of another list)',
  'next_cursor of a page with the same filters and order',
);

const keyOf = ({ device, first: at, id }: HealthEvent): EventKey => ({ ...device, at, id });

const compareEvents = (a: EventKey, b: EventKey): number => compareRecords(a, b) || compareText(a.id, b.id);

const printKey = (key: EventKey): readonly string[] => [...printRecordKey(key), key.id];

const readKey = (key: readonly string[]): EventKey | undefined => {
  const record = readRecordKey(key.slice(0, -1));
  return record && { ...record, id: key.at(-1)! };
};

const textOf = (value: boolean | bigint | undefined): string | undefined =>
  value === undefined ? undefined : String(value);

const digestOfEvents = ({ kind, ongoing, uuid, hostname, cluster, start, end, order }: HealthWish): string =>
  digestOf({
    ...{ list: 'health-events', kind, uuid, hostname, cluster, order },
    ...{ ongoing: textOf(ongoing), start: textOf(start), end: textOf(end) },
  });

/** The page behind a cursor, or the first one. One event that turns out to have begun earlier may change its place. */
export const healthWalk = (
  { identity }: Pick<Gateway, 'identity'>,
  fleet: Fleet,
  health: FleetHealth,
  wish: HealthWish,
  cursor: PageCursor | undefined,
  clock: Clock,
): WalkPage<HealthEvent> => {
  const digest = digestOfEvents(wish);
  if (cursor && !isOfLog(cursor, identity)) return { kind: 'expired' };
  const after = cursor && (cursor.of === digest ? readKey(cursor.key) : undefined);
  if (cursor && !after) return { kind: 'refused', refusal: foreignCursor };
  const sign = wish.order === 'asc' ? 1 : -1;
  const behind = selectHealthEvents(fleet, health, wish, clock)
    .filter((event) => after === undefined || sign * compareEvents(keyOf(event), after) > 0)
    .sort((a, b) => sign * compareEvents(keyOf(a), keyOf(b)));
  const items = behind.slice(0, wish.limit);
  const last = behind.length > items.length ? items.at(-1) : undefined;
  const next = last && nextCursor(cursor, printKey(keyOf(last)), digest, identity, fleet.revision);
  return { kind: 'page', items, nextCursor: next };
};
