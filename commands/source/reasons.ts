import * as t from 'io-ts';

/** So much of a value is repeated in a message. */
const shownCharacters = 80;
/** So many reasons are given for one record. */
const mostReasons = 20;

export const shown = (text: unknown): string => {
  const whole = typeof text === 'string' ? text : String(text);
  return JSON.stringify(whole.length > shownCharacters ? `${whole.slice(0, shownCharacters)}…` : whole);
};

/** A codec under a name that tells people what it accepts. */
export const accepting = <A>(codec: t.Type<A, string>, name: string): t.Type<A, string, unknown> =>
  new t.Type(
    name,
    (value): value is A => codec.is(value),
    (input, context) => {
      const found = codec.decode(input);
      return found._tag === 'Left' ? t.failure(input, context) : t.success(found.right);
    },
    (value) => codec.encode(value),
  );

const reasonOf = ({ context, value }: t.ValidationError): string => {
  const last = context[context.length - 1];
  return `${last?.key ?? 'row'} is ${shown(value)}; accepted: ${last?.type.name ?? 'text'}`;
};

/** One sentence for each column that a codec refused: its name, what it was, what is accepted. */
export const reasonsOf = (errors: t.Errors): readonly string[] => boundedReasons(errors.map(reasonOf));

/** At most twenty, the last of them saying how many more there were. */
export const boundedReasons = (reasons: readonly string[]): readonly string[] =>
  reasons.length <= mostReasons
    ? reasons
    : [...reasons.slice(0, mostReasons - 1), `and ${String(reasons.length - mostReasons + 1)} more`];
