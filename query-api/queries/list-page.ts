import { compareDevices, type DeviceKey } from '../model/device-order.js';

/** A page of a sorted list. */
export interface Page<A> {
  readonly items: readonly A[];
  /** How many there are in the whole list. */
  readonly total: number;
  /** The last item shown, when more follow it. */
  readonly last: A | undefined;
}

/** What to show of a list: what stands behind `after`, at most `limit` of it. */
export interface PageWish<K> {
  readonly after: K | undefined;
  readonly limit: number;
}

/** The page of a list that is sorted as {@link compareDevices} says. */
export const pageOf = <A>(
  sorted: readonly A[],
  keyOf: (item: A) => DeviceKey,
  { after, limit }: PageWish<DeviceKey>,
): Page<A> => {
  const first = after === undefined ? 0 : sorted.findIndex((item) => compareDevices(keyOf(item), after) > 0);
  const items = first < 0 ? [] : sorted.slice(first, first + limit);
  const more = first >= 0 && first + limit < sorted.length;
  return { items, total: sorted.length, last: more ? items.at(-1) : undefined };
};
