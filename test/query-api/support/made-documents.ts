import fc from 'fast-check';
import {
  getNamedType,
  getNullableType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  isEnumType,
  isListType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';

/** What there is in the world that is asked, by the names of the arguments that take it. */
export type RealValues = Readonly<Record<string, readonly string[]>>;

interface GivenArgument {
  readonly name: string;
  readonly type: GraphQLInputType;
  readonly value: unknown;
  readonly byVariable: boolean;
}

/** A field with its arguments and what is asked of it. */
export interface AskedField {
  readonly name: string;
  readonly given: readonly GivenArgument[];
  readonly asked: readonly AskedField[];
}

export interface MadeRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Levels of fields that have fields, below the first: less than the gateway allows, so that documents are executed. */
const deepest = 3;

const rubbishWords = ['', ' ', 'GPU-nobody', 'nobody', '__proto__', '0s', '2025-02-30T00:00:00Z', 'e30', '../x', '🦊'];

/** Of the type that is wanted, but hardly anything that is accepted. */
const almostRight = (type: GraphQLInputType): fc.Arbitrary<unknown> => {
  const text = fc.oneof(fc.constantFrom(...rubbishWords), fc.string({ unit: 'binary', maxLength: 20 }));
  if (isListType(type)) return fc.array(text, { maxLength: 3 });
  return String(type) === 'Int' ? fc.constantFrom(0, -1, 10_001, 2 ** 31 - 1) : text;
};

const wrong = fc.constantFrom<unknown>(null, 1.5, 2 ** 31, true, 'x', [], {}, [null], ['power_draw', 1]);

const right = (name: string, type: GraphQLInputType, real: RealValues): fc.Arbitrary<unknown> => {
  if (isEnumType(type)) return fc.constantFrom(...type.getValues().map((value) => value.name));
  if (String(type) === 'Int') return fc.integer({ min: 1, max: 20 });
  if (String(type) === 'Boolean') return fc.boolean();
  const some = real[name];
  if (!some || some.length === 0) throw new Error(`nothing real is known for the argument ${name}: ${String(type)}`);
  return isListType(type) ? fc.subarray([...some], { minLength: 1 }) : fc.constantFrom(...some);
};

/** Mostly right: a document has many arguments, and one that is wrong has it refused. */
const valueOf = ({ name, type }: GraphQLArgument, real: RealValues): fc.Arbitrary<unknown> => {
  const wanted = getNullableType(type);
  return fc.oneof(
    { weight: 40, arbitrary: right(name, wanted, real) },
    { weight: 2, arbitrary: almostRight(wanted) },
    { weight: 1, arbitrary: wrong },
  );
};

const oneIn = <A>(count: number, some: fc.Arbitrary<A>): fc.Arbitrary<readonly A[]> =>
  fc.oneof({ weight: count - 1, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.tuple(some) });

const flat = <A>(parts: readonly fc.Arbitrary<readonly A[]>[]): fc.Arbitrary<readonly A[]> =>
  fc.tuple(...parts).map((lists) => lists.flat());

const argumentOf = (argument: GraphQLArgument, real: RealValues): fc.Arbitrary<readonly GivenArgument[]> => {
  const { name, type } = argument;
  const given = fc
    .record({ value: valueOf(argument, real), byVariable: fc.boolean() })
    .map((how) => ({ name, type, ...how }));
  return isRequiredArgument(argument) ? fc.tuple(given) : oneIn(3, given);
};

const selectionOf = (
  type: GraphQLObjectType,
  real: RealValues,
  levels: number,
): fc.Arbitrary<readonly AskedField[]> => {
  const hasFields = (field: GraphQLField<unknown, unknown>): boolean => isObjectType(getNamedType(field.type));
  const fields = Object.values(type.getFields()).filter((field) => levels > 0 || !hasFields(field));
  const chosen = flat(fields.map((field) => oneIn(hasFields(field) ? 3 : 2, askedField(field, real, levels - 1))));
  return chosen.map((some) => (some.length > 0 ? some : [{ name: '__typename', given: [], asked: [] }]));
};

/** Some of a field: any of its arguments, each valid or not, and any of the fields below it. */
export const askedField = (
  field: GraphQLField<unknown, unknown>,
  real: RealValues,
  levels = deepest,
): fc.Arbitrary<AskedField> => {
  const type = getNamedType(field.type);
  return fc.record({
    name: fc.constant(field.name),
    given: flat(field.args.map((argument) => argumentOf(argument, real))),
    asked: isObjectType(type) ? selectionOf(type, real, levels) : fc.constant([]),
  });
};

/** The same, but with one argument as it is said here. */
export const withArgument = (field: AskedField, name: string, type: GraphQLInputType, value: unknown): AskedField => ({
  ...field,
  given: [...field.given.filter((one) => one.name !== name), { name, type, value, byVariable: true }],
});

/** JSON is GraphQL too, for what is made here; only a word of an enumeration has no quotes. */
const literalOf = ({ type, value }: GivenArgument): string =>
  isEnumType(getNullableType(type)) && typeof value === 'string' && /^[a-z]\w*$/.test(value)
    ? value
    : JSON.stringify(value);

const printField = ({ name, given, asked }: AskedField, variables: GivenArgument[]): string => {
  const valueIn = (one: GivenArgument): string => (one.byVariable ? `$v${variables.push(one) - 1}` : literalOf(one));
  const list = given.map((one) => `${one.name}: ${valueIn(one)}`).join(', ');
  const below = asked.map((field) => printField(field, variables)).join(' ');
  return `${name}${list === '' ? '' : `(${list})`}${below === '' ? '' : ` { ${below} }`}`;
};

/** The document of one operation with one field, and its variables. */
export const requestFor = (operation: 'query' | 'subscription', field: AskedField): MadeRequest => {
  const variables: GivenArgument[] = [];
  const text = printField(field, variables);
  const declared = variables.map(({ type }, n) => `$v${n}: ${String(type)}`).join(', ');
  return {
    query: `${operation}${declared === '' ? '' : ` (${declared})`} { ${text} }`,
    variables: Object.fromEntries(variables.map(({ value }, n) => [`v${n}`, value])),
  };
};
