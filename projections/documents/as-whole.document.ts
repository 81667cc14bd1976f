import * as t from 'io-ts';

/**
 * The same codec for large values that stand in JSON as they are: looked at as a whole first. io-ts notes for each number
 * where it stands, and only what is not accepted needs that.
 *
 * @param codec gives back what it is given, both ways
 */
export const asWhole = <A extends O, O>(codec: t.Type<A, O>): t.Type<A, O> =>
  new t.Type(
    codec.name,
    (value): value is A => codec.is(value),
    (value, context) => (codec.is(value) ? t.success(value) : codec.validate(value, context)),
    t.identity,
  );
