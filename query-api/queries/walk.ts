import { ClusterId, GpuUuid, Hostname } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type LogIdentity } from '../../domain/log-identity.js';
import { type Revision } from '../../domain/revision.js';
import { type RecordKey } from '../history/record-order.js';
import { type DeviceKey } from '../model/device-order.js';
import { type Refusal } from '../parameters/parameter.js';
import { printCursor, type PageCursor } from './page-cursor.js';

/** A page of a walk, or why the cursor does not lead to one. */
export type WalkPage<A> =
  | { readonly kind: 'page'; readonly items: readonly A[]; readonly nextCursor: string | undefined }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'expired' };

/** Whether a cursor was given for this log, in its present epoch (promise L9). */
export const isOfLog = (cursor: PageCursor, { log_id, epoch }: LogIdentity): boolean =>
  cursor.log === log_id && cursor.epoch === epoch;

/** The cursor of the page that follows, in the walk that the one before belongs to or that begins at `revision`. */
export const nextCursor = (
  before: PageCursor | undefined,
  key: readonly string[],
  digest: string,
  { log_id, epoch }: LogIdentity,
  revision: Revision,
): string => printCursor({ v: 1, log: log_id, epoch, of: digest, revision: before ? before.revision : revision, key });

export const printDeviceKey = ({ cluster, hostname, index, uuid }: DeviceKey): readonly string[] => [
  cluster,
  hostname,
  index,
  uuid,
];

/** Undefined when the key is none of a device. */
export const readDeviceKey = (key: readonly string[]): DeviceKey | undefined => {
  const [cluster, hostname, index, uuid] = key;
  if (key.length !== 4 || index === undefined) return undefined;
  return ClusterId.is(cluster) && Hostname.is(hostname) && GpuUuid.is(uuid)
    ? { cluster, hostname, index, uuid }
    : undefined;
};

export const printRecordKey = (key: RecordKey): readonly string[] => [String(key.at), ...printDeviceKey(key)];

/** Undefined when the key is none of a record. */
export const readRecordKey = ([at, ...device]: readonly string[]): RecordKey | undefined => {
  const key = readDeviceKey(device);
  return key && at !== undefined && /^-?\d{1,30}$/.test(at) ? { ...key, at: BigInt(at) as Instant } : undefined;
};
