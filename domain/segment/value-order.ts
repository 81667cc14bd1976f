/**
 * Where the value of each event stands among the values: by metric, then series, then order of the events. So what is
 * alike stands together, and every value stands behind the one before of its series.
 */
export interface ValueOrder {
  /** Series by place: all of the first metric, then all of the second, … */
  readonly seriesByPlace: Uint32Array;
  /** Of each place, where its values begin; one more entry for the end. */
  readonly starts: Uint32Array;
  /** The places at which each metric begins; one more entry for the end. */
  readonly metricStarts: Uint32Array;
  /** Of each event, where its value stands. */
  readonly slots: Uint32Array;
}

export const valueOrder = (seriesAt: Uint32Array, metricAt: Uint32Array, metrics: number): ValueOrder => {
  const { order: seriesByPlace, starts: metricStarts } = countingSort(metricAt, metrics);
  const placeOf = new Uint32Array(metricAt.length);
  for (let place = 0; place < placeOf.length; place++) placeOf[seriesByPlace[place]!] = place;
  const starts = new Uint32Array(placeOf.length + 1);
  for (let i = 0; i < seriesAt.length; i++) starts[placeOf[seriesAt[i]!]! + 1]!++;
  for (let place = 0; place < placeOf.length; place++) starts[place + 1]! += starts[place]!;
  const next = starts.slice();
  const slots = new Uint32Array(seriesAt.length);
  for (let i = 0; i < slots.length; i++) slots[i] = next[placeOf[seriesAt[i]!]!]!++;
  return { seriesByPlace, starts, metricStarts, slots };
};

/** The indices of `keys` by key, equal ones in their order. */
const countingSort = (keys: Uint32Array, bound: number): { order: Uint32Array; starts: Uint32Array } => {
  const starts = new Uint32Array(bound + 1);
  for (let i = 0; i < keys.length; i++) starts[keys[i]! + 1]!++;
  for (let key = 0; key < bound; key++) starts[key + 1]! += starts[key]!;
  const next = starts.slice();
  const order = new Uint32Array(keys.length);
  for (let i = 0; i < keys.length; i++) order[next[keys[i]!]!++] = i;
  return { order, starts };
};
