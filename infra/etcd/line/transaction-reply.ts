import { type Revision } from '../../../domain/revision.js';
import { type LeaseId, type StoredValue } from '../stored-value.js';
import { type TransactionAnswer } from '../transaction.js';
import { eachField, noBytes } from './message-fields.js';

/** What a message was answered with. */
export type TransactionReply = Extract<TransactionAnswer, { readonly kind: 'done' | 'refused' }>;

/** Fields of KeyValue: 1 key, 2 and 3 create and mod revision, 4 version, 5 value, 6 lease. */
const readValue = (message: Buffer): StoredValue => {
  const numbers = [0n, 0n, 0n, 0n, 0n, 0n, 0n];
  const texts = [noBytes, noBytes, noBytes, noBytes, noBytes, noBytes];
  eachField(message, (field, number, bytes) => {
    if (bytes === noBytes) numbers[field] = number;
    else texts[field] = bytes;
  });
  const lease = numbers[6]!;
  return {
    key: texts[1]!.toString('utf8'),
    value: texts[5]!,
    created: numbers[2] as Revision,
    modified: numbers[3] as Revision,
    version: numbers[4]!,
    lease: lease === 0n ? undefined : (String(lease) as LeaseId),
  };
};

/** What a range of one key has found: field 1 of ResponseOp, and of that 2 is what is there. */
const readFound = (message: Buffer): StoredValue | undefined => {
  let found: StoredValue | undefined;
  eachField(message, (operation, _, range) => {
    if (operation === 1) eachField(range, (field, __, value) => field === 2 && (found = readValue(value)));
  });
  return found;
};

/**
 * What a TxnResponse of etcd's rpc.proto says. Its fields: 1 header, of which 3 is the revision, 2 succeeded, 3 the
 * answers to what was done.
 */
export const readReply = (message: Buffer): TransactionReply => {
  let revision = 0n as Revision;
  let succeeded = false;
  const answers: Buffer[] = [];
  eachField(message, (field, number, bytes) => {
    if (field === 1) eachField(bytes, (part, value) => part === 3 && (revision = value as Revision));
    else if (field === 2) succeeded = number !== 0n;
    else if (field === 3) answers.push(bytes);
  });
  return succeeded ? { kind: 'done', revision } : { kind: 'refused', revision, found: answers.map(readFound) };
};
