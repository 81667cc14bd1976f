import { type Revision } from '../../domain/revision.js';
import { type LeaseId, type StoredValue } from './stored-value.js';
import { checkTransaction, type Compare, type Operation, type Transaction } from './transaction.js';

/*
 * A transaction and its answer as they travel: TxnRequest and TxnResponse of etcd's rpc.proto, which every version of
 * etcd and of its clients shares. The package makes the same bytes.
 */

/** What a message was answered with. `found` is what the keys of `elseGet` hold, in their order. */
export type TransactionReply =
  | { readonly kind: 'done'; readonly revision: Revision }
  | { readonly kind: 'refused'; readonly revision: Revision; readonly found: readonly (StoredValue | undefined)[] };

/** How protobuf tells what follows a field's number: a number, or so many bytes. */
const wire = { number: 0, bytes: 2 } as const;
/** gRPC puts a byte (not compressed) and the length before a message. */
const prefixBytes = 5;

/** Writes a message from its end, so that each length is known when it is written. */
class MessageWriter {
  #at: number;
  readonly #buffer: Buffer;

  constructor(mostBytes: number) {
    this.#buffer = Buffer.allocUnsafe(mostBytes);
    this.#at = mostBytes;
  }

  /** Where what comes next is to end. */
  get at(): number {
    return this.#at;
  }

  text(field: number, text: string): void {
    const end = this.#at;
    this.#write(text);
    this.#head(field, end - this.#at);
  }

  bytes(field: number, bytes: Uint8Array): void {
    this.#at -= bytes.length;
    this.#buffer.set(bytes, this.#at);
    this.#head(field, bytes.length);
  }

  number(field: number, number: number | bigint): void {
    this.#varint(number);
    this.#varint(field * 8 + wire.number);
  }

  /** Makes what was written up to `end` a message within this one; its fields were written with the last one first. */
  message(field: number, end: number): void {
    this.#head(field, end - this.#at);
  }

  /** With the prefix of gRPC. */
  finish(): Buffer {
    const bytes = this.#buffer.length - this.#at;
    const from = this.#at - prefixBytes;
    this.#buffer[from] = 0;
    this.#buffer.writeUInt32BE(bytes, from + 1);
    return this.#buffer.subarray(from);
  }

  /** Keys are short and nearly always ASCII: to write them here is quicker than to have it done. */
  #write(text: string): void {
    const from = this.#at - text.length;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) return this.#writeUtf8(text);
      this.#buffer[from + i] = code;
    }
    this.#at = from;
  }

  #writeUtf8(text: string): void {
    this.#at -= Buffer.byteLength(text);
    this.#buffer.write(text, this.#at);
  }

  #head(field: number, bytes: number): void {
    this.#varint(bytes);
    this.#varint(field * 8 + wire.bytes);
  }

  #varint(number: number | bigint): void {
    if (number > Number.MAX_SAFE_INTEGER) return this.#longVarint(BigInt(number));
    let left = Number(number);
    let last = this.#at - 1;
    for (let rest = left; rest >= 128; rest = Math.floor(rest / 128)) last--;
    for (let at = last; at < this.#at; at++, left = Math.floor(left / 128)) {
      this.#buffer[at] = (left % 128) + (left > 127 ? 128 : 0);
    }
    this.#at = last;
  }

  #longVarint(number: bigint): void {
    let last = this.#at - 1;
    for (let rest = number; rest >= 128n; rest >>= 7n) last--;
    let left = number;
    for (let at = last; at < this.#at; at++, left >>= 7n)
      this.#buffer[at] = Number(left & 127n) + (left > 127n ? 128 : 0);
    this.#at = last;
  }
}

const equal = 0;
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
  out.number(2, writeOperand(out, compare));
  out.number(1, equal);
};

/** Writes what is compared with, and the key before it; gives the target. */
const writeOperand = (out: MessageWriter, compare: Exclude<Compare, { kind: 'none created after' }>): number => {
  switch (compare.kind) {
    case 'absent':
      out.number(5, 0);
      out.text(3, compare.key);
      return target.create;
    case 'created':
      out.number(5, compare.revision);
      out.text(3, compare.key);
      return target.create;
    case 'modified':
      out.number(6, compare.revision);
      out.text(3, compare.key);
      return target.mod;
    case 'version':
      out.number(4, compare.version);
      out.text(3, compare.key);
      return target.version;
    case 'value':
      out.bytes(7, compare.value);
      out.text(3, compare.key);
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
  const out = new MessageWriter(checkTransaction(transaction) + prefixBytes);
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

/** A field of a message: what it holds, a number or bytes. */
type Take = (field: number, number: bigint, bytes: Buffer) => void;

const noBytes: Buffer = Buffer.alloc(0);

/** Gives each field of a message to `take`. Throws on what is none. */
const eachField = (message: Buffer, take: Take): void => {
  let at = 0;
  const varint = (): bigint => {
    let number = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++];
      if (byte === undefined || shift > 63n) throw new Error('etcd has answered with no message of its protocol');
      number |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return number;
    }
  };
  while (at < message.length) {
    const head = Number(varint());
    const kind = head & 7;
    const number = varint();
    if (kind === wire.number) {
      take(head >> 3, number, noBytes);
      continue;
    }
    const end = at + Number(number);
    if (kind !== wire.bytes || end > message.length)
      throw new Error('etcd has answered with a message that is cut off');
    take(head >> 3, 0n, message.subarray(at, end));
    at = end;
  }
};

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

/** Fields of TxnResponse: 1 header, of which 3 is the revision, 2 succeeded, 3 the answers to what was done. */
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
