import { type Etcd3, type ICompare, type IRequestOp } from 'etcd3';
import { type Revision, revision } from '../../domain/revision.js';
import { type StoreFailure } from '../../domain/store-answer.js';
import { failureOf, isLeaseGone } from './failure.js';
import { type KeyRange } from './key-path.js';
import { type LeaseId, type StoredValue, storedValue } from './stored-value.js';

/** A condition on one key. `created` is of its create revision, `modified` of its last; both say that it exists. */
export type Compare =
  | { readonly kind: 'absent'; readonly key: string }
  | { readonly kind: 'created'; readonly key: string; readonly revision: Revision }
  | { readonly kind: 'modified'; readonly key: string; readonly revision: Revision }
  /** It was changed at the revision, or later. */
  | { readonly kind: 'modified since'; readonly key: string; readonly revision: Revision }
  /** 0: the key does not exist. */
  | { readonly kind: 'version'; readonly key: string; readonly version: bigint }
  | { readonly kind: 'value'; readonly key: string; readonly value: Uint8Array }
  /** No key of the range was created after the revision, and stands. */
  | { readonly kind: 'none created after'; readonly range: KeyRange; readonly revision: Revision };

export type Operation =
  | { readonly kind: 'put'; readonly key: string; readonly value: Uint8Array; readonly lease?: LeaseId }
  | { readonly kind: 'delete'; readonly key: string }
  | { readonly kind: 'delete-range'; readonly range: KeyRange };

/** If all compares hold then all operations are done, else the keys in `elseGet` are read: all at one revision. */
export interface Transaction {
  readonly compares: readonly Compare[];
  readonly operations: readonly Operation[];
  readonly elseGet?: readonly string[];
}

export type TransactionAnswer =
  | { readonly kind: 'done'; readonly revision: Revision }
  /** A compare did not hold; `found` answers `elseGet`, in its order. */
  | { readonly kind: 'refused'; readonly revision: Revision; readonly found: readonly (StoredValue | undefined)[] }
  /** Not applied: an operation names a lease that is gone. */
  | { readonly kind: 'lease-gone' }
  /**
   * No answer: it may have been applied, or may be yet. Send the same again until a transaction answers. That holds for
   * a `full` etcd too: the transaction that brings the file over its quota is applied and then answered with "database
   * space exceeded"; only those after it are refused before they are applied, and the answer does not tell which.
   */
  | { readonly kind: 'unknown'; readonly failure: StoreFailure };

/** What etcd takes with its default settings (promise L7). */
export const transactionLimits = { compares: 128, operations: 128, bytes: 1_572_864 } as const;

/** Bytes that protobuf adds to an entry at most: tags and lengths of the entry, its parts and its numbers. */
const frame = 48;

/** Of a text in UTF-8. Keys are short and nearly always ASCII: to count them here is quicker than to have it done. */
const utf8Bytes = (text: string): number => {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return Buffer.byteLength(text, 'utf8');
  return text.length;
};
const textBytes = (text: string): number => utf8Bytes(text) + frame;

const bytesOf = (part: Compare | Operation): number =>
  'range' in part
    ? textBytes(part.range.start) + textBytes(part.range.end)
    : textBytes(part.key) + ('value' in part ? part.value.byteLength : 0);

/** An upper bound of a transaction's size as sent, in bytes. */
export const transactionBytes = ({ compares, operations, elseGet = [] }: Transaction): number => {
  let bytes = frame;
  for (const compare of compares) bytes += bytesOf(compare);
  for (const operation of operations) bytes += bytesOf(operation);
  for (const key of elseGet) bytes += textBytes(key);
  return bytes;
};

const faultsOf = ({ compares, operations, elseGet = [] }: Transaction, bytes: number): readonly string[] => [
  ...(compares.length > transactionLimits.compares ? [`${String(compares.length)} compares (at most 128)`] : []),
  ...(operations.length > transactionLimits.operations
    ? [`${String(operations.length)} operations (at most 128)`]
    : []),
  ...(elseGet.length > transactionLimits.operations ? [`${String(elseGet.length)} reads (at most 128)`] : []),
  ...(bytes > transactionLimits.bytes ? [`${String(bytes)} bytes (at most 1572864)`] : []),
  ...(writesTwice(operations) ? ['a key that is written twice'] : []),
];

const writesTwice = (operations: readonly Operation[]): boolean => {
  const keys = new Set<unknown>();
  for (const operation of operations) keys.add(operation.kind === 'delete-range' ? operation : operation.key);
  return keys.size < operations.length;
};

/**
 * Gives an upper bound of its size as sent, in bytes.
 *
 * @throws RangeError when it is larger than etcd takes or writes a key twice: a bug of the caller
 */
export const checkTransaction = (transaction: Transaction): number => {
  const bytes = transactionBytes(transaction);
  const faults = faultsOf(transaction, bytes);
  if (faults.length > 0) throw new RangeError(`not a transaction that etcd takes: ${faults.join(', ')}`);
  return bytes;
};

const compareRequest = (compare: Compare): ICompare => {
  if (compare.kind === 'none created after') {
    const { range, revision: last } = compare;
    const [key, range_end] = [Buffer.from(range.start), Buffer.from(range.end)];
    return { key, range_end, target: 'Create', result: 'Less', create_revision: String(last + 1n) };
  }
  const key = Buffer.from(compare.key);
  switch (compare.kind) {
    case 'absent':
      return { key, target: 'Create', result: 'Equal', create_revision: '0' };
    case 'created':
      return { key, target: 'Create', result: 'Equal', create_revision: String(compare.revision) };
    case 'modified':
      return { key, target: 'Mod', result: 'Equal', mod_revision: String(compare.revision) };
    case 'modified since':
      return { key, target: 'Mod', result: 'Greater', mod_revision: String(compare.revision - 1n) };
    case 'version':
      return { key, target: 'Version', result: 'Equal', version: String(compare.version) };
    case 'value':
      return { key, target: 'Value', result: 'Equal', value: bufferOf(compare.value) };
  }
};

/** The same bytes, not a copy. */
const bufferOf = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const operationRequest = (operation: Operation): IRequestOp => {
  switch (operation.kind) {
    case 'put': {
      const { key, value, lease } = operation;
      return { request_put: { key: Buffer.from(key), value: bufferOf(value), ...(lease && { lease }) } };
    }
    case 'delete':
      return { request_delete_range: { key: Buffer.from(operation.key) } };
    case 'delete-range': {
      const { start, end } = operation.range;
      return { request_delete_range: { key: Buffer.from(start), range_end: Buffer.from(end) } };
    }
  }
};

/**
 * Sends a transaction once.
 *
 * @param deadlineMs milliseconds to answer in; the client's own deadline by default
 * @throws RangeError when it is larger than etcd takes or writes a key twice: a bug of the caller
 */
export const transact = async (
  client: Etcd3,
  transaction: Transaction,
  deadlineMs?: number,
): Promise<TransactionAnswer> => {
  checkTransaction(transaction);
  const { compares, operations, elseGet = [] } = transaction;
  const request = {
    compare: compares.map(compareRequest),
    success: operations.map(operationRequest),
    failure: elseGet.map((key) => ({ request_range: { key: Buffer.from(key) } })),
  };
  try {
    const reply = await client.kv.txn(request, deadlineMs === undefined ? {} : { deadline: Date.now() + deadlineMs });
    const at = revision(reply.header.revision);
    if (reply.succeeded) return { kind: 'done', revision: at };
    const found = reply.responses.map(({ response_range: { kvs } }) => (kvs[0] ? storedValue(kvs[0]) : undefined));
    return { kind: 'refused', revision: at, found };
  } catch (error) {
    return isLeaseGone(error) ? { kind: 'lease-gone' } : { kind: 'unknown', failure: failureOf(error) };
  }
};
