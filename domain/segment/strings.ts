import { mostInflated } from './limits.js';
import { type PartReader, type PartWriter } from './parts.js';
import { decodeText, encodeText } from './text.js';

/** The distinct texts of a body, numbered in the order in which they are first asked for. */
export class StringTable {
  private readonly numbers = new Map<string, number>();

  numberOf(text: string): number {
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    this.numbers.set(text, this.numbers.size);
    return this.numbers.size - 1;
  }

  /** Their lengths, then all their bytes with nothing between, so that long stretches match the preset dictionary. */
  write({ squeezed }: PartWriter): void {
    const encoded = [...this.numbers.keys()].map(encodeText);
    squeezed.varint(encoded.length);
    for (const { head } of encoded) squeezed.varint(head);
    for (const { bytes } of encoded) squeezed.raw(bytes);
  }
}

export const readStrings = ({ squeezed }: PartReader): readonly string[] => {
  const count = squeezed.count(Math.min(squeezed.remaining, mostInflated), 'texts');
  const heads = Array.from({ length: count }, () => squeezed.varint());
  return heads.map((head) => decodeText(squeezed, head));
};
