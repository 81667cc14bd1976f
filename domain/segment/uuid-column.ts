import { Damaged } from './damaged.js';
import { type PartReader, type PartWriter } from './parts.js';
import { readRuns, writeRuns } from './runs.js';
import { type StringTable } from './strings.js';
import { fill, parseTemplate } from './template.js';
import { packedLength, packUuid, unpackUuid, type PackedUuid } from './uuid.js';

/** The distinct UUID texts of a body, numbered in the order in which they are first asked for. */
export class UuidColumn {
  private readonly numbers = new Map<string, number>();
  private readonly packed: PackedUuid[] = [];
  private readonly patterns: number[] = [];

  constructor(private readonly strings: StringTable) {}

  numberOf(text: string): number {
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    const packed = packUuid(text);
    this.patterns.push(this.strings.numberOf(packed.pattern));
    this.numbers.set(text, this.packed.push(packed) - 1);
    return this.packed.length - 1;
  }

  /** Their patterns, and the bytes of the UUIDs among the noise: nothing makes those smaller. */
  write(parts: PartWriter): void {
    parts.squeezed.varint(this.patterns.length);
    writeRuns(parts, Uint32Array.from(this.patterns));
    for (const { bytes } of this.packed) parts.plain.raw(bytes);
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
