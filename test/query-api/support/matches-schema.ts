/** A schema of the OpenAPI document, as far as it is used there. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly description?: string;
  readonly format?: string;
  readonly nullable?: boolean;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema;
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

export type Components = Readonly<Record<string, Schema>>;

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,8}[1-9])?Z$/;

const typeOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value;

const ofObject = (value: Readonly<Record<string, unknown>>, schema: Schema, all: Components, at: string): string[] => {
  const { properties = {}, required = [], additionalProperties } = schema;
  const missing = required.filter((name) => !(name in value)).map((name) => `${at}.${name} is missing`);
  const each = Object.entries(value).flatMap(([name, item]) => {
    const found = properties[name] ?? additionalProperties;
    return found ? mismatches(item, found, all, `${at}.${name}`) : [`${at}.${name} is not in the document`];
  });
  return [...missing, ...each];
};

/**
 * What of a value a schema does not allow. Stricter than JSON Schema: a property that the document does not name is a
 * mismatch, so that the document cannot fall behind the program.
 */
export const mismatches = (value: unknown, schema: Schema, all: Components, at = 'body'): string[] => {
  if (schema.$ref !== undefined) return mismatches(value, all[schema.$ref.split('/').at(-1)!]!, all, at);
  if (value === null) return schema.nullable === true ? [] : [`${at} is null`];
  if (schema.allOf) return schema.allOf.flatMap((part) => mismatches(value, part, all, at));
  if (schema.oneOf)
    return schema.oneOf.some((part) => mismatches(value, part, all, at).length === 0) ? [] : [`${at} is none of them`];
  const type = typeOf(value);
  const fits = schema.type === undefined || schema.type === type || (schema.type === 'number' && type === 'integer');
  if (!fits) return [`${at} is of type ${type}, not ${String(schema.type)}`];
  if (schema.enum && !schema.enum.includes(value)) return [`${at} is ${JSON.stringify(value)}`];
  if (schema.minimum !== undefined && Number(value) < schema.minimum) return [`${at} is below ${schema.minimum}`];
  if (schema.format === 'date-time' && !time.test(value as string))
    return [`${at} is no time: ${JSON.stringify(value)}`];
  if (type === 'object') return ofObject(value as Record<string, unknown>, schema, all, at);
  if (type !== 'array') return [];
  return (value as unknown[]).flatMap((item, i) => mismatches(item, schema.items ?? {}, all, `${at}[${i}]`));
};
