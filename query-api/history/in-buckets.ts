import { deviceKey } from '../../domain/device.js';
import { type Instant } from '../../domain/instant.js';
import { BucketFold } from './bucket-fold.js';
import { bucketOf, type Buckets, type Order } from './history-query.js';
import { compareRecords } from './record-order.js';
import { type TelemetryRecord } from './telemetry-record.js';

const ended = (
  folds: ReadonlyMap<string, BucketFold>,
  start: Instant,
  { aggregate }: Buckets,
  order: Order,
): readonly TelemetryRecord[] => {
  const sign = order === 'asc' ? 1 : -1;
  return [...folds.values()].map((fold) => fold.record(start, aggregate)).sort((a, b) => sign * compareRecords(a, b));
};

/**
 * Records in order of time as buckets in the same order. Only the buckets of one start are open at a time. A bucket
 * that would have no value is left out.
 */
export async function* inBuckets(
  records: AsyncIterable<TelemetryRecord>,
  buckets: Buckets,
  order: Order,
): AsyncGenerator<TelemetryRecord> {
  let start: Instant | undefined;
  let folds = new Map<string, BucketFold>();
  for await (const record of records) {
    const bucket = bucketOf(record.at, buckets);
    if (start !== undefined && bucket !== start) {
      yield* ended(folds, start, buckets, order);
      folds = new Map();
    }
    start = bucket;
    const name = deviceKey(record);
    const fold = folds.get(name) ?? new BucketFold();
    folds.set(name, fold);
    fold.add(record);
  }
  if (start !== undefined) yield* ended(folds, start, buckets, order);
}
