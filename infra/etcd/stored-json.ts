import { type Type } from 'io-ts';
import { isLeft } from 'fp-ts/lib/Either.js';
import { unmet } from '../../domain/unmet.js';
import { type StoredValue } from './stored-value.js';

/** A value as JSON text in UTF-8; the same value always gives the same bytes. */
export const toJson = <A, O>(codec: Type<A, O>, value: A): Buffer => Buffer.from(JSON.stringify(codec.encode(value)));

/**
 * What stands at a key, decoded.
 *
 * @throws Error naming the key when it is not of the codec's form: another program wrote it, or a newer one of ours
 */
export const fromJson = <A, O>(codec: Type<A, O>, { key, value }: Pick<StoredValue, 'key' | 'value'>): A => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(value.toString('utf8'));
  } catch (error) {
    throw new Error(`the value of ${key} in etcd is not JSON: ${String(error)}`, { cause: error });
  }
  const decoded = codec.decode(parsed);
  if (isLeft(decoded)) throw new Error(`the value of ${key} in etcd is not as expected: ${unmet(decoded.left)}`);
  return decoded.right;
};

/** As {@link fromJson}, undefined where it throws. */
export const tryFromJson = <A, O>(codec: Type<A, O>, stored: Pick<StoredValue, 'key' | 'value'>): A | undefined => {
  try {
    return fromJson(codec, stored);
  } catch {
    return undefined;
  }
};
