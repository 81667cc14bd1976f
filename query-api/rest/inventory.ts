import { type DeviceKey } from '../model/device-order.js';
import { type Fleet } from '../model/fleet.js';
import { cursor } from '../parameters/cursor.js';
import { limit, mostItems } from '../parameters/number.js';
import { type Parameter, type Parameters } from '../parameters/parameter.js';
import { digestOf, type PageCursor } from '../queries/page-cursor.js';
import { type Gateway } from '../queries/gateway.js';
import { pageOf } from '../queries/list-page.js';
import { nextCursor, printDeviceKey, readDeviceKey } from '../queries/walk.js';
import { type Answer } from '../wire/envelope.js';
import { type Asked } from './operation.js';
import { keyBehind } from './walk-cursor.js';

/** The parameters of every list of the inventory. */
export const pagingParameters: { readonly limit: Parameter<number>; readonly cursor: Parameter<PageCursor> } = {
  limit: limit(`Items in one answer at most; all, up to ${mostItems}, when not given.`, mostItems),
  cursor,
};

/** What a list of the inventory needs of what was asked. */
export type AskedForList = Pick<Asked<Parameters, typeof pagingParameters>, 'query' | 'fleet' | 'clock'>;

export interface InventoryPage<A> {
  readonly gateway: Gateway;
  readonly fleet: Fleet;
  /** The whole list, in the order of lists. */
  readonly items: readonly A[];
  readonly keyOf: (item: A) => DeviceKey;
  readonly wire: (item: A) => unknown;
  /** The list's name and its filters: what a cursor belongs to. */
  readonly list: Readonly<Record<string, string | undefined>>;
  readonly query: AskedForList['query'];
}

/** A page of the inventory (promise Q2). */
export const inventoryPage = <A>(wish: InventoryPage<A>): Answer => {
  const { gateway, fleet, items, keyOf, wire, query } = wish;
  const digest = digestOf(wish.list);
  const after = keyBehind(query.cursor, digest, readDeviceKey);
  const page = pageOf(items, keyOf, { after, limit: query.limit ?? mostItems });
  const key = page.last && printDeviceKey(keyOf(page.last));
  const next = key && nextCursor(query.cursor, key, digest, gateway.identity, fleet.revision);
  return { kind: 'list', data: page.items.map(wire), total: page.total, nextCursor: next };
};
