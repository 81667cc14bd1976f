import { isLeft } from 'fp-ts/lib/Either.js';
import { refusal, type Parameter, type Parameters, type Refusal, type Values } from './parameter.js';

/** Either every value, or every refusal: a person mends all mistakes at once. */
export type Decoded<P extends Parameters> =
  | { readonly kind: 'values'; readonly values: Values<P> }
  | { readonly kind: 'refused'; readonly refusals: readonly Refusal[] };

const namesOf = (name: string, parameter: Parameter<unknown>): readonly string[] => [
  name,
  ...(parameter.aliases ?? []),
];

const decodeOne = (
  name: string,
  parameter: Parameter<unknown>,
  given: URLSearchParams,
  refusals: Refusal[],
): unknown => {
  const found = namesOf(name, parameter).flatMap((spelling) =>
    given.getAll(spelling).map((text) => ({ spelling, text })),
  );
  const [first, ...more] = found;
  if (first === undefined) return undefined;
  if (more.length > 0) {
    const all = found.map(({ text }) => text).join(' and ');
    refusals.push(refusal(first.spelling, all, `${namesOf(name, parameter).join(' or ')} once`));
    return undefined;
  }
  const result = parameter.codec.decode(first.text);
  if (!isLeft(result)) return result.right;
  refusals.push(refusal(first.spelling, first.text, parameter.accepted));
  return undefined;
};

/**
 * Checks what was sent against what an operation takes. A parameter that it does not have is refused too, because a
 * misspelled filter would otherwise silently give everything; so is one that is sent twice.
 */
export const decodeParameters = <P extends Parameters>(parameters: P, given: URLSearchParams): Decoded<P> => {
  const refusals: Refusal[] = [];
  const values = Object.fromEntries(
    Object.entries(parameters).map(([name, parameter]) => [name, decodeOne(name, parameter, given, refusals)]),
  );
  const known = new Set(Object.entries(parameters).flatMap(([name, parameter]) => namesOf(name, parameter)));
  const list = known.size === 0 ? 'no parameters here' : [...known].sort().join(', ');
  for (const name of new Set(given.keys()))
    if (!known.has(name)) refusals.push(refusal(name, given.get(name) ?? '', `one of these parameters: ${list}`));
  return refusals.length > 0 ? { kind: 'refused', refusals } : { kind: 'values', values: values as Values<P> };
};
