import { type BlockReaderStart, BlockWriter, type Blocks } from './block-writer.js';
import { createLongLine, type LongLine } from './rejected-record.js';
import { createTextScanner, type Piece } from './text-scanner.js';
import { readSpans } from './text-window.js';

/** Turns the bytes of a source into blocks. They come in pieces of any size: where those are cut makes no difference. */
export interface BlockReader {
  /** The bytes that follow. Blocks that are full come out; take them all before anything else is called. */
  push(bytes: Uint8Array): Blocks;
  /** Hands out the whole records that are held, as a `drained` block: nothing more is at hand just now. */
  drain(): Blocks;
  /** The text is over: its last record may lack a line end. */
  end(): Blocks;
}

/** The reference reader: own rules for where records end, csv-parse for their fields, io-ts for what they mean. */
export const createBlockReader = (start: BlockReaderStart): BlockReader => {
  const scanner = createTextScanner(start.offset, start.headerBytes);
  const writer = new BlockWriter(start);
  let line: LongLine | undefined;
  let at = start.offset;

  function* rowsOf({ from, bytes, spans }: Piece & { kind: 'window' }, drained: boolean): Blocks {
    const text = { bytes, base: from };
    writer.startWindow();
    for (const reading of readSpans(bytes, spans)) yield* writer.add(reading, text);
    yield writer.cut(text, bytes.length, drained);
    at = from + bytes.length;
  }

  function* blocksOf(pieces: Iterable<Piece>, drained = false): Blocks {
    for (const piece of pieces) {
      if (piece.kind === 'window') {
        yield* rowsOf(piece, drained);
      } else if (piece.kind === 'long-line-part') {
        line ??= createLongLine(piece.from);
        line.append(piece.bytes);
        at += piece.bytes.length;
        writer.cover({ bytes: piece.bytes, base: piece.from }, piece.bytes.length);
      } else {
        writer.reject(line!.finish(writer.row, [piece.reason]));
        line = undefined;
        yield writer.cut({ bytes: piece.lineEnd, base: at }, piece.lineEnd.length);
        at += piece.lineEnd.length;
      }
    }
  }

  return {
    push: (bytes) => blocksOf(scanner.push(bytes)),
    *drain() {
      yield* blocksOf(scanner.drain(), true);
      if (!writer.isDrained && line === undefined) yield writer.cut({ bytes: Buffer.alloc(0), base: at }, 0, true);
    },
    end: () => blocksOf(scanner.end()),
  };
};
