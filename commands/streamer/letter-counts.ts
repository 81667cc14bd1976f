import { isRight } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { type DeadLetterAmount, noLetters, sumOf } from './dead-letter-limits.js';

/** A row for each range that has any: its number from 0, letters, their bytes. */
const LetterCounts = t.readonlyArray(t.tuple([t.number, t.number, t.number]));

/**
 * What the dead letters of a file amount to that is read by ranges: by number of the range, the most that anybody has
 * gathered of it. What is read again is the same again, so a range's amount only grows, and no answer is needed to know
 * that it was counted. Versioned: change with care.
 */
export type LetterCounts = ReadonlyMap<number, DeadLetterAmount>;

/** As stored: JSON. */
export const letterCountsText = (counts: LetterCounts): string =>
  JSON.stringify(LetterCounts.encode([...counts].map(([range, { count, bytes }]) => [range, count, bytes])));

/** @throws Error when the text is none that this version understands */
export const parseLetterCounts = (text: string): LetterCounts => {
  const decoded = LetterCounts.decode(JSON.parse(text));
  if (!isRight(decoded))
    throw new Error(`the dead letters of a file are counted in a way that is not understood: ${text}`);
  return new Map(decoded.right.map(([range, count, bytes]) => [range, { count, bytes }]));
};

/** The counts with what a range amounts to; undefined where they have as much of it already. */
export const withRange = (counts: LetterCounts, range: number, own: DeadLetterAmount): LetterCounts | undefined => {
  const { count, bytes } = counts.get(range) ?? noLetters;
  if (own.count <= count && own.bytes <= bytes) return undefined;
  return new Map(counts).set(range, { count: Math.max(count, own.count), bytes: Math.max(bytes, own.bytes) });
};

/** What all ranges but one amount to. */
export const othersThan = (counts: LetterCounts, range: number): DeadLetterAmount =>
  sumOf([...counts].filter(([other]) => other !== range).map(([, amount]) => amount));
