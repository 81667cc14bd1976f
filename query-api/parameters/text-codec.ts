import * as t from 'io-ts';

/** A codec between the text of a parameter and its value; `parse` answers undefined for text that is not accepted. */
export const textCodec = <A>(
  name: string,
  parse: (text: string) => A | undefined,
  print: (value: A) => string,
): t.Type<A, string> =>
  new t.Type<A, string>(
    name,
    (value): value is A => value !== undefined,
    (input, context) => {
      const value = typeof input === 'string' ? parse(input) : undefined;
      return value === undefined ? t.failure(input, context) : t.success(value);
    },
    print,
  );
