import { wireType } from './wire-type.js';

/** A field of a message: what it holds, a number or bytes. */
type Take = (field: number, number: bigint, bytes: Buffer) => void;

/** Given with a field that holds a number. */
export const noBytes: Buffer = Buffer.alloc(0);

/** Gives each field of a message of protobuf to `take`. Throws on what is none. */
export const eachField = (message: Buffer, take: Take): void => {
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
    if (kind === wireType.number) {
      take(head >> 3, number, noBytes);
      continue;
    }
    const end = at + Number(number);
    if (kind !== wireType.bytes || end > message.length)
      throw new Error('etcd has answered with a message that is cut off');
    take(head >> 3, 0n, message.subarray(at, end));
    at = end;
  }
};
