import { checkTransaction, type Compare, type Operation, type Transaction } from '../transaction.js';
import { MessageWriter } from './message-writer.js';

/*
 * A transaction as it travels: TxnRequest of etcd's rpc.proto, which every version of etcd and of its clients shares.
 * The package makes the same bytes.
 */

const equal = 0;
const greater = 1;
const less = 2;
const target = { version: 0, create: 1, mod: 2, value: 3 } as const;

/** Fields of Compare: 1 result, 2 target, 3 key, 4 version, 5 and 6 create and mod revision, 7 value, 64 range_end. */
const writeCompare = (out: MessageWriter, compare: Compare): void => {
  if (compare.kind === 'none created after') {
    out.text(64, compare.range.end);
    out.number(5, compare.revision + 1n);
    out.text(3, compare.range.start);
    out.number(2, target.create);
    out.number(1, less);
    return;
  }
  const compared = writeOperand(out, compare);
  out.text(3, compare.key);
  out.number(2, compared);
  out.number(1, compare.kind === 'modified since' ? greater : equal);
};

/** Writes what is compared with; gives the target. */
const writeOperand = (out: MessageWriter, compare: Exclude<Compare, { kind: 'none created after' }>): number => {
  switch (compare.kind) {
    case 'absent':
      out.number(5, 0);
      return target.create;
    case 'created':
      out.number(5, compare.revision);
      return target.create;
    case 'modified':
      out.number(6, compare.revision);
      return target.mod;
    case 'modified since':
      out.number(6, compare.revision - 1n);
      return target.mod;
    case 'version':
      out.number(4, compare.version);
      return target.version;
    case 'value':
      out.bytes(7, compare.value);
      return target.value;
  }
};

/** Fields of RequestOp: 1 range, 2 put, 3 delete. */
const writeOperation = (out: MessageWriter, operation: Operation): void => {
  const end = out.at;
  switch (operation.kind) {
    case 'put':
      if (operation.lease !== undefined) out.number(3, BigInt(operation.lease));
      out.bytes(2, operation.value);
      out.text(1, operation.key);
      return out.message(2, end);
    case 'delete':
      out.text(1, operation.key);
      return out.message(3, end);
    case 'delete-range':
      out.text(2, operation.range.end);
      out.text(1, operation.range.start);
      return out.message(3, end);
  }
};

/**
 * A transaction as gRPC sends it.
 *
 * @throws RangeError when it is larger than etcd takes or writes a key twice: a bug of the caller
 */
export const transactionMessage = (transaction: Transaction): Buffer => {
  const { compares, operations, elseGet = [] } = transaction;
  const out = new MessageWriter(checkTransaction(transaction));
  for (let i = elseGet.length - 1; i >= 0; i--) {
    const end = out.at;
    out.text(1, elseGet[i]!);
    out.message(1, end);
    out.message(3, end);
  }
  for (let i = operations.length - 1; i >= 0; i--) {
    const end = out.at;
    writeOperation(out, operations[i]!);
    out.message(2, end);
  }
  for (let i = compares.length - 1; i >= 0; i--) {
    const end = out.at;
    writeCompare(out, compares[i]!);
    out.message(1, end);
  }
  return out.finish();
};
