import { isLeft } from 'fp-ts/lib/Either.js';
import type * as t from 'io-ts';
import { PathReporter } from 'io-ts/lib/PathReporter.js';
import { type StoredValue } from './stored-value.js';

/** A key of ours holds what none of our programs wrote. */
export class UnreadableValue extends Error {
  constructor(key: string, reason: string) {
    super(`${key} cannot be read: ${reason}. Was it written by a newer program, or by a stranger?`);
  }
}

const parse = ({ key, value }: StoredValue): unknown => {
  try {
    return JSON.parse(value.toString('utf8'));
  } catch (error) {
    throw new UnreadableValue(key, `not JSON: ${(error as Error).message}`);
  }
};

/** What stands at a key, decoded. Throws UnreadableValue, which names the key. */
export const decodeStored = <A, O>(codec: t.Type<A, O>, stored: StoredValue): A => {
  const decoded = codec.decode(parse(stored));
  if (isLeft(decoded)) throw new UnreadableValue(stored.key, PathReporter.report(decoded).slice(0, 3).join('; '));
  return decoded.right;
};

/** The bytes to store: JSON with the keys in the order of the codec's output. */
export const encodeStored = <A, O>(codec: t.Type<A, O>, value: A): Uint8Array =>
  Buffer.from(JSON.stringify(codec.encode(value)));

/** What stands at a key, undefined when it cannot be read. */
export const tryDecodeStored = <A, O>(codec: t.Type<A, O>, stored: StoredValue): A | undefined => {
  try {
    return decodeStored(codec, stored);
  } catch (error) {
    if (error instanceof UnreadableValue) return undefined;
    throw error;
  }
};
