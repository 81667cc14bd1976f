import * as E from 'fp-ts/lib/Either.js';
import type * as t from 'io-ts';
import { unmet } from '../../domain/unmet.js';

/** How one kind of document is stored: its codec decodes what etcd holds, its encoder fixes the bytes (promise P3). */
export interface DocumentFormat<A> {
  /** UTF-8 JSON with a fixed order of keys: equal documents are equal bytes. */
  encode(document: A): Uint8Array;
  /** Left: what is wrong with the stored bytes, for people. */
  decode(value: Uint8Array): E.Either<string, A>;
}

const parse = (value: Uint8Array): E.Either<string, unknown> =>
  E.tryCatch(
    () => JSON.parse(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8')) as unknown,
    (error) => `not JSON: ${String(error)}`,
  );

/**
 * A document stored as JSON.
 *
 * @param wire what the JSON looks like
 * @param toWire makes the JSON's value anew, so that the order of its keys is the order written there
 */
export const jsonDocument = <A, O>(
  wire: t.Type<A, O>,
  toWire: (document: A) => O = (document) => wire.encode(document),
): DocumentFormat<A> => ({
  encode: (document) => Buffer.from(JSON.stringify(toWire(document)), 'utf8'),
  decode: (value) => {
    const json = parse(value);
    if (E.isLeft(json)) return json;
    const decoded = wire.decode(json.right);
    return E.isLeft(decoded) ? E.left(unmet(decoded.left)) : decoded;
  },
});

/**
 * The document of stored bytes. Throws when they are not one: a read model that cannot be read is a lost world, and
 * a reset of its projection makes it anew from the log.
 */
export const documentOf = <A>(format: DocumentFormat<A>, path: readonly string[], value: Uint8Array): A => {
  const decoded = format.decode(value);
  if (E.isRight(decoded)) return decoded.right;
  throw new Error(
    `the document ${path.join('/')} cannot be read: ${decoded.left}; ` +
      '`telemetry projections reset NAME` folds the read model again from the log',
  );
};
