import type * as t from 'io-ts';
import { annotationOf, schemaName } from './described.js';
import { type JsonSchema } from './json-schema.js';

/** The schemas that have a name, as they are met. */
export type NamedSchemas = Map<string, JsonSchema>;

type Codec =
  | t.StringType
  | t.NumberType
  | t.BooleanType
  | t.NullType
  | t.UnknownType
  | t.LiteralType<string | number | boolean>
  | t.KeyofType<Record<string, unknown>>
  | t.InterfaceType<t.Props>
  | t.PartialType<t.Props>
  | t.ArrayType<t.Mixed>
  | t.ReadonlyArrayType<t.Mixed>
  | t.DictionaryType<t.Mixed, t.Mixed>
  | t.UnionType<t.Mixed[]>
  | t.IntersectionType<t.Mixed[]>;

const object = (props: t.Props, required: boolean, names: NamedSchemas): JsonSchema => ({
  type: 'object',
  properties: Object.fromEntries(Object.entries(props).map(([name, codec]) => [name, schemaOf(codec, names)])),
  ...(required ? { required: Object.keys(props) } : {}),
});

/** Objects that are put together are one object: generators of clients make the best of that. */
const together = (parts: readonly JsonSchema[]): JsonSchema => ({
  type: 'object',
  properties: Object.assign({}, ...parts.map(({ properties }) => properties)) as Record<string, JsonSchema>,
  required: parts.flatMap(({ required = [] }) => required),
});

/** A reference takes nothing beside it, so "or null" goes around it. */
const orNull = (schema: JsonSchema): JsonSchema =>
  schema.$ref === undefined ? { ...schema, nullable: true } : { allOf: [schema], nullable: true };

const union = (types: readonly t.Mixed[], names: NamedSchemas): JsonSchema => {
  const others = types.filter((codec) => (codec as unknown as Codec)._tag !== 'NullType');
  const schemas = others.map((codec) => schemaOf(codec, names));
  const one = schemas.length === 1 ? schemas[0]! : { oneOf: schemas };
  return others.length < types.length ? orNull(one) : one;
};

const plain = (codec: Codec, names: NamedSchemas): JsonSchema => {
  switch (codec._tag) {
    case 'StringType':
      return { type: 'string' };
    case 'NumberType':
      return { type: 'number' };
    case 'BooleanType':
      return { type: 'boolean' };
    case 'NullType':
      return { nullable: true, enum: [null] };
    case 'UnknownType':
      return {};
    case 'LiteralType':
      return { type: typeof codec.value as 'string' | 'number' | 'boolean', enum: [codec.value] };
    case 'KeyofType':
      return { type: 'string', enum: Object.keys(codec.keys) };
    case 'InterfaceType':
      return object(codec.props, true, names);
    case 'PartialType':
      return object(codec.props, false, names);
    case 'ArrayType':
    case 'ReadonlyArrayType':
      return { type: 'array', items: schemaOf(codec.type, names) };
    case 'DictionaryType':
      return { type: 'object', additionalProperties: schemaOf(codec.codomain, names) };
    case 'UnionType':
      return union(codec.types, names);
    case 'IntersectionType':
      return together(codec.types.map((part) => plain(part as unknown as Codec, names)));
  }
};

/**
 * The schema of a codec, with what is said of it. Throws for kinds of codec that no answer has: add them here.
 *
 * @param names takes the schemas of named codecs, which are referred to
 */
export const schemaOf = (codec: t.Mixed, names: NamedSchemas): JsonSchema => {
  const name = schemaName(codec);
  const reference = { $ref: `#/components/schemas/${name}` };
  if (name !== undefined && names.has(name)) return reference;
  const found = plain(codec as unknown as Codec, names) as JsonSchema | undefined;
  if (!found) throw new Error(`no schema for a codec such as ${codec.name}`);
  const annotation = annotationOf(codec);
  const schema = annotation && found.$ref === undefined ? { ...found, ...annotation } : found;
  if (name === undefined) return annotation && found.$ref !== undefined ? { allOf: [found], ...annotation } : schema;
  names.set(name, schema);
  return reference;
};
