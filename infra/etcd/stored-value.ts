import { type IKeyValue } from 'etcd3';
import { type Revision, revision } from '../../domain/revision.js';

/** A lease's id: a 64-bit number as etcd's decimal text, compared with `===` only. */
export type LeaseId = string & { readonly LeaseId: unique symbol };

/** A key with what stands there. */
export interface StoredValue {
  readonly key: string;
  readonly value: Buffer;
  /** Of the transaction that created the key, and of the one that changed it last. */
  readonly created: Revision;
  readonly modified: Revision;
  /** Changes since it was created, which is 1. */
  readonly version: bigint;
  /** The lease that the key dies with. */
  readonly lease: LeaseId | undefined;
}

export const storedValue = (kv: IKeyValue): StoredValue => ({
  key: kv.key.toString('utf8'),
  value: kv.value,
  created: revision(kv.create_revision),
  modified: revision(kv.mod_revision),
  version: BigInt(kv.version),
  lease: kv.lease === '0' ? undefined : (kv.lease as LeaseId),
});
