import { isUtf8 } from 'node:buffer';
import { parseFields } from './csv-fields.js';
import { readHeader } from './header.js';
import { findLine, findRecord, recordBytes } from './record-bounds.js';
import { type RowForm } from './row-form.js';

/** What the first bytes of a text tell about it. */
export type SourceStart =
  | {
      readonly kind: 'start';
      readonly form: RowForm;
      /** The first record's line follows this many bytes: byte order mark, header line, its line end, empty lines. */
      readonly headerBytes: number;
      readonly header: Uint8Array;
      /** The first record, or the first line when it is none (64 KiB at most). */
      readonly firstRecord: Uint8Array;
    }
  | { readonly kind: 'no-rows'; readonly columns: readonly string[] }
  | { readonly kind: 'empty' }
  | { readonly kind: 'bad-header'; readonly problems: readonly string[] }
  | { readonly kind: 'incomplete' };

/**
 * Every segment carries the header's names, and one append has up to 64 segments: a header of this size takes half of
 * a transaction at most. The usual one has about 100 bytes.
 */
const longestHeader = 8 * 1024;

const byteOrderMark = [0xef, 0xbb, 0xbf];

/** Past the byte order mark. */
const textStart = (bytes: Uint8Array): number => (byteOrderMark.every((byte, at) => bytes[at] === byte) ? 3 : 0);

/** So many bytes of empty lines may stand before the header, and before the first row. */
const mostEmpty = 64 * 1024;
const tooEmpty = 'more than 64 KiB of empty lines stand before its first row';

/** Past empty lines. */
const pastEmptyLines = (bytes: Uint8Array, start: number): number => {
  let at = start;
  while (bytes[at] === 0x0a || (bytes[at] === 0x0d && bytes[at + 1] === 0x0a)) at += bytes[at] === 0x0a ? 1 : 2;
  return at;
};

const badHeader = (...problems: readonly string[]): SourceStart => ({ kind: 'bad-header', problems });

const firstRecordIn = (bytes: Uint8Array, start: number, atEnd: boolean): Uint8Array | undefined => {
  const record = findRecord(bytes, start, atEnd);
  if (record.kind === 'record') return bytes.subarray(start, record.end);
  if (record.kind === 'incomplete') return undefined;
  const end = findLine(bytes, start, atEnd)?.end;
  if (end === undefined && bytes.length - start < recordBytes + 2) return undefined;
  return bytes.subarray(start, Math.min(end ?? bytes.length, start + recordBytes));
};

/** Reads header and first record. @param atEnd whether the text ends where the bytes end */
export const readStart = (bytes: Uint8Array, atEnd: boolean): SourceStart => {
  const headerAt = pastEmptyLines(bytes, textStart(bytes));
  if (headerAt > mostEmpty) return badHeader(tooEmpty);
  if (headerAt >= bytes.length) return { kind: atEnd ? 'empty' : 'incomplete' };
  const found = findRecord(bytes, headerAt, atEnd);
  if (found.kind === 'incomplete') return found;
  if (found.kind === 'malformed') return badHeader(`the header line cannot be read: ${found.reason}`);
  const header = bytes.subarray(headerAt, found.end);
  if (header.length > longestHeader) {
    return badHeader(
      `the header line has ${String(header.length)} bytes; at most ${String(longestHeader)} are accepted`,
    );
  }
  if (!isUtf8(header)) return badHeader('the header line is not valid UTF-8');
  const [columns] = parseFields(header, 1);
  const reading = readHeader(columns!);
  if (reading.kind === 'bad-header') return reading;

  const rowAt = pastEmptyLines(bytes, found.next);
  if (rowAt - found.next > mostEmpty) return badHeader(tooEmpty);
  if (rowAt >= bytes.length) return atEnd ? { kind: 'no-rows', columns: columns! } : { kind: 'incomplete' };
  const firstRecord = firstRecordIn(bytes, rowAt, atEnd);
  if (firstRecord === undefined) return { kind: 'incomplete' };
  return { kind: 'start', form: reading.form, headerBytes: rowAt, header, firstRecord };
};
