import { Damaged } from './damaged.js';
import { type PartReader, type PartWriter } from './parts.js';
import { readRuns, writeRuns } from './runs.js';
import { type StringTable } from './strings.js';
import { fill, parseTemplate, type Template } from './template.js';
import { packAlike, type PackedAlike, packedLength, packUuid, unpackUuid } from './uuid.js';

/** The distinct UUID texts of a body, numbered in the order in which they are first asked for. */
export class UuidColumn {
  private readonly numbers = new Map<string, number>();
  private readonly packed: Uint8Array[] = [];
  private readonly patterns: number[] = [];
  private readonly alike: PackedAlike | undefined;

  /** @param texts that will be asked for, in their order */
  constructor(
    private readonly strings: StringTable,
    texts: readonly string[],
  ) {
    this.alike = packAlike([...new Set(texts)]);
  }

  numberOf(text: string): number {
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    this.patterns.push(this.strings.numberOf(this.alike?.pattern ?? this.packAlone(text)));
    this.numbers.set(text, this.numbers.size);
    return this.numbers.size - 1;
  }

  private packAlone(text: string): Template {
    const { pattern, bytes } = packUuid(text);
    this.packed.push(bytes);
    return pattern;
  }

  /** Their patterns, and the bytes of the UUIDs among the noise: nothing makes those smaller. */
  write(parts: PartWriter): void {
    parts.squeezed.varint(this.patterns.length);
    writeRuns(parts, Uint32Array.from(this.patterns));
    if (this.alike) parts.plain.raw(this.alike.bytes);
    else for (const bytes of this.packed) parts.plain.raw(bytes);
  }
}

export const readUuids = (parts: PartReader, most: number, strings: readonly string[]): readonly string[] => {
  const count = parts.squeezed.count(most, 'UUIDs');
  const patterns = readRuns(parts, new Uint32Array(count), strings.length);
  return Array.from(patterns, (number) => {
    const pattern = parseTemplate(strings[number]!);
    if (pattern.holes.length > 1) throw new Damaged('a UUID of two UUIDs');
    return fill(pattern, pattern.holes.length === 0 ? [] : [unpackUuid(parts.plain.raw(packedLength))]);
  });
};
