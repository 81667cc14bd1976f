import { type Parameter } from './parameter.js';
import { textCodec } from './text-codec.js';

/** One of some words. */
export const choice = <W extends string>(
  words: readonly [W, ...W[]],
  description: string,
  fallback?: W,
): Parameter<W> => ({
  codec: textCodec(
    'Choice',
    (text) => words.find((word) => word === text),
    (word) => word,
  ),
  description,
  accepted: words.length === 1 ? words[0] : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`,
  schema: { type: 'string', enum: words, ...(fallback === undefined ? {} : { default: fallback }) },
  example: fallback ?? words[0],
});
