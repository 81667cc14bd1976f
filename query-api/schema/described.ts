import type * as t from 'io-ts';
import { type JsonSchema } from './json-schema.js';

const annotations = new WeakMap<t.Any, JsonSchema>();

/**
 * A codec with what the documentation says of it: its meaning, its unit, an example, a format. What stands here is
 * laid over the schema that is read off the codec itself.
 */
export const described = <C extends t.Any>(codec: C, annotation: JsonSchema | string): C => {
  // A codec may be used in several places with several meanings, so the annotation goes to a copy.
  const copy = Object.assign(Object.create(Object.getPrototypeOf(codec) as object) as C, codec);
  annotations.set(copy, typeof annotation === 'string' ? { description: annotation } : annotation);
  return copy;
};

export const annotationOf = (codec: t.Any): JsonSchema | undefined => annotations.get(codec);
