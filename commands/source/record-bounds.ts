/** A record longer than this, without its line end, is not read as one (promise S3). */
export const recordBytes = 64 * 1024;

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const quote = 0x22;
const comma = 0x2c;

/** Where a record lies. Positions are indexes into the bytes that were given. */
export type RecordBounds =
  /** From the start up to `end`, exclusive; after its line end comes `next`. An empty line has `end` at its start. */
  | { readonly kind: 'record'; readonly end: number; readonly next: number }
  /** No record by the rules of quoting: its first line is to be set aside. */
  | { readonly kind: 'malformed'; readonly reason: string }
  /** More bytes are needed to tell. */
  | { readonly kind: 'incomplete' };

const incomplete: RecordBounds = { kind: 'incomplete' };
const malformed = (reason: string): RecordBounds => ({ kind: 'malformed', reason });
const tooLong = malformed(`the record does not end within ${String(recordBytes / 1024)} KiB: is a quote left open?`);
const quoteInside = malformed(
  'a quote stands inside a field that does not begin with one: quote the field and double it',
);
const strayText = malformed('a closing quote is followed by something other than a comma or a line end');
const openQuote = malformed('a quote is still open where the text ends');

type State = 'field' | 'plain' | 'quoted' | 'closed' | 'closed, then CR';

const afterClosing = (byte: number): State | undefined =>
  byte === quote ? 'quoted' : byte === comma ? 'field' : byte === carriageReturn ? 'closed, then CR' : undefined;

const record = (bytes: Uint8Array, start: number, lineEnd: number, next: number): RecordBounds => {
  const end = lineEnd > start && bytes[lineEnd - 1] === carriageReturn ? lineEnd - 1 : lineEnd;
  return end - start > recordBytes ? tooLong : { kind: 'record', end, next };
};

/**
 * The record that starts at `start`: fields between commas, quoted or not, quotes inside quotes doubled, quoted fields
 * over several lines, ended by LF, CRLF or, when `atEnd`, by the end of the bytes (RFC 4180, LF accepted).
 * What it says of a start does not depend on how many bytes behind the record are given.
 */
export const findRecord = (bytes: Uint8Array, start: number, atEnd: boolean): RecordBounds => {
  const limit = Math.min(bytes.length, start + recordBytes + 2);
  let state: State = 'field';
  for (let at = start; at < limit; at++) {
    const byte = bytes[at]!;
    if (state === 'quoted') {
      if (byte === quote) state = 'closed';
    } else if (byte === lineFeed) {
      return record(bytes, start, at, at + 1);
    } else if (state === 'field' || state === 'plain') {
      if (byte === quote && state === 'plain') return quoteInside;
      state = byte === comma ? 'field' : byte === quote ? 'quoted' : 'plain';
    } else {
      const next: State | undefined = state === 'closed' ? afterClosing(byte) : undefined;
      if (next === undefined) return strayText;
      state = next;
    }
  }
  if (bytes.length - start >= recordBytes + 2) return tooLong;
  if (!atEnd) return incomplete;
  return state === 'quoted' ? openQuote : record(bytes, start, bytes.length, bytes.length);
};

/** The line that starts at `start`, whatever it holds; undefined while its end is not among the bytes. */
export const findLine = (
  bytes: Uint8Array,
  start: number,
  atEnd: boolean,
): { readonly end: number; readonly next: number } | undefined => {
  const found = bytes.indexOf(lineFeed, start);
  if (found < 0 && !atEnd) return undefined;
  const lineEnd = found < 0 ? bytes.length : found;
  const end = lineEnd > start && bytes[lineEnd - 1] === carriageReturn ? lineEnd - 1 : lineEnd;
  return { end, next: found < 0 ? bytes.length : found + 1 };
};
