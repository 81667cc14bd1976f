import type * as t from 'io-ts';
import { type JsonSchema } from './json-schema.js';

const annotations = new WeakMap<t.Any, JsonSchema>();
const names = new WeakMap<t.Any, string>();

/** A codec may be used in several places with several meanings, so what is said of it is said of a copy. */
const copyOf = <C extends t.Any>(codec: C): C =>
  Object.assign(Object.create(Object.getPrototypeOf(codec) as object) as C, codec);

/**
 * A codec with what the documentation says of it: its meaning, its unit, an example, a format. What stands here is
 * laid over the schema that is read off the codec itself.
 */
export const described = <C extends t.Any>(codec: C, annotation: JsonSchema | string): C => {
  const copy = copyOf(codec);
  annotations.set(copy, typeof annotation === 'string' ? { description: annotation } : annotation);
  return copy;
};

export const annotationOf = (codec: t.Any): JsonSchema | undefined => annotations.get(codec);

/** A codec that has a schema of its own in the documentation, which others refer to. */
export const named = <C extends t.Any>(name: string, codec: C): C => {
  const copy = copyOf(codec);
  const annotation = annotations.get(codec);
  if (annotation) annotations.set(copy, annotation);
  names.set(copy, name);
  return copy;
};

export const schemaName = (codec: t.Any): string | undefined => names.get(codec);
