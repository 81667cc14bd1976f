import { blockBounds } from './read-block.js';
import { findLine, findRecord, recordBytes } from './record-bounds.js';
import { type Span } from './text-window.js';

/** What a scanner found, in order, without gaps. Bytes are valid until the next piece is asked for. */
export type Piece =
  /** Some records and lines that are none, at most `blockBounds.textBytes`; `from` is the offset of the first byte. */
  | { readonly kind: 'window'; readonly from: number; readonly bytes: Uint8Array; readonly spans: readonly Span[] }
  /** A line that is no record and longer than one may be: its bytes as they come, then its end after the line feed. */
  | { readonly kind: 'long-line-part'; readonly from: number; readonly bytes: Uint8Array }
  | { readonly kind: 'long-line-end'; readonly reason: string; readonly lineEnd: Uint8Array };

/** Finds the records of a text that comes in pieces. What it finds does not depend on where the pieces are cut. */
export interface TextScanner {
  push(bytes: Uint8Array): Generator<Piece, void, undefined>;
  /** What has been found so far, as a last window; the text may go on. */
  drain(): Generator<Piece, void, undefined>;
  end(): Generator<Piece, void, undefined>;
}

const lineFeed = Buffer.from('\n');
const nothing = Buffer.alloc(0);

export type Found = Span | 'incomplete' | { readonly long: string };

/** The record, or the line to be set aside, at `start`; `long` is why a line too long to be held is none. */
export const findNext = (bytes: Uint8Array, start: number, atEnd: boolean): Found => {
  const record = findRecord(bytes, start, atEnd);
  if (record.kind === 'incomplete') return 'incomplete';
  if (record.kind === 'record') return { start, end: record.end, next: record.next, reason: undefined };
  const line = findLine(bytes, start, atEnd);
  const isLong = (line?.end ?? bytes.length - 1) - start > recordBytes;
  if (isLong) return { long: record.reason };
  return line === undefined ? 'incomplete' : { start, ...line, reason: record.reason };
};

/**
 * @param offset of the first byte that will be pushed
 * @param skip so many bytes from there on belong to the first window and hold no record
 */
export const createTextScanner = (offset: number, skip: number): TextScanner => {
  let [held, base, scanned]: [Uint8Array, number, number] = [nothing, offset, skip];
  let spans: Span[] = [];
  let long: string | undefined;

  const drop = (bytes: number): void => {
    [held, base, scanned, spans] = [held.subarray(bytes), base + bytes, 0, []];
  };

  function* window(): Generator<Piece, void, undefined> {
    if (scanned === 0 || scanned > held.length) return;
    yield { kind: 'window', from: base, bytes: held.subarray(0, scanned), spans };
    drop(scanned);
  }

  function* longLine(reason: string, atEnd: boolean): Generator<Piece, void, undefined> {
    const found = held.indexOf(lineFeed[0]!);
    const bytes = found < 0 ? held : held.subarray(0, found);
    yield { kind: 'long-line-part', from: base, bytes };
    drop(bytes.length);
    if (found < 0 && !atEnd) return;
    yield { kind: 'long-line-end', reason, lineEnd: found < 0 ? nothing : lineFeed };
    drop(found < 0 ? 0 : 1);
    long = undefined;
  }

  function* scan(atEnd: boolean): Generator<Piece, void, undefined> {
    while (scanned < held.length || (long !== undefined && atEnd)) {
      if (long !== undefined) {
        yield* longLine(long, atEnd);
        continue;
      }
      const found = findNext(held, scanned, atEnd);
      if (found === 'incomplete') return;
      if ('long' in found) {
        yield* window();
        long = found.long;
      } else if (found.next > blockBounds.textBytes && scanned > 0) {
        yield* window();
      } else {
        if (found.end > found.start) spans.push(found);
        scanned = found.next;
      }
    }
  }

  return {
    *push(bytes) {
      held = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
      yield* scan(false);
      held = Uint8Array.from(held);
    },
    drain: window,
    *end() {
      yield* scan(true);
      yield* window();
    },
  };
};
