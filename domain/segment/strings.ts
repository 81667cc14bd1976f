import { mostInflated } from './limits.js';
import { type PartReader, type PartWriter } from './parts.js';
import { readText, writeText } from './text.js';

/** The distinct texts of a block, numbered in the order in which they are first asked for. */
export class StringTable {
  private readonly numbers = new Map<string, number>();

  numberOf(text: string): number {
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    this.numbers.set(text, this.numbers.size);
    return this.numbers.size - 1;
  }

  write({ squeezed }: PartWriter): void {
    squeezed.varint(this.numbers.size);
    for (const text of this.numbers.keys()) writeText(squeezed, text);
  }
}

export const readStrings = ({ squeezed }: PartReader): readonly string[] => {
  const count = squeezed.count(Math.min(squeezed.remaining, mostInflated), 'texts');
  return Array.from({ length: count }, () => readText(squeezed));
};
