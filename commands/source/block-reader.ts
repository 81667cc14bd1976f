import { createBlockBuilder } from './block-builder.js';
import { type CoveredText } from './covered-text.js';
import { blockBounds, type ReadBlock } from './read-block.js';
import { createLongLine, type LongLine, rejectedRecord } from './rejected-record.js';
import { type RowForm } from './row-form.js';
import { type SeriesDictionary } from './series-dictionary.js';
import { createTextScanner, type Piece } from './text-scanner.js';
import { type Reading, readSpans } from './text-window.js';
import { createTimeTexts } from './time-texts.js';

type Blocks = Generator<ReadBlock, void, undefined>;

/** Turns the bytes of a source into blocks. They come in pieces of any size: where those are cut makes no difference. */
export interface BlockReader {
  /** The bytes that follow. Blocks that are full come out; take them all before anything else is called. */
  push(bytes: Uint8Array): Blocks;
  /** Hands out the whole records that are held, as a `drained` block: nothing more is at hand just now. */
  drain(): Blocks;
  /** The text is over: its last record may lack a line end. */
  end(): Blocks;
  /** Bytes handed in and not yet handed out. */
  readonly heldBytes: number;
}

export interface BlockReaderStart {
  readonly form: RowForm;
  readonly dictionary: SeriesDictionary;
  /** The text up to `offset`. */
  readonly covered: CoveredText;
  /** Of the first byte that will be pushed, and the number of the first row in it. */
  readonly offset: number;
  readonly row: number;
  /** So many bytes from there on are the header. */
  readonly headerBytes: number;
  /** See `ReadOptions.cutEvery`. */
  readonly cutEvery: bigint | undefined;
}

/** The reference reader: own rules for where records end, csv-parse for their fields, io-ts for what they mean. */
export const createBlockReader = (start: BlockReaderStart): BlockReader => {
  const { form, dictionary, covered, cutEvery } = start;
  const scanner = createTextScanner(start.offset, start.headerBytes);
  const timeOf = createTimeTexts();
  let builder = createBlockBuilder(start.offset);
  let [at, row, isDrained] = [start.offset, start.row, true];
  let line: LongLine | undefined;

  const cut = (bytes: Uint8Array, drained = false): ReadBlock => {
    covered.append(bytes);
    at += bytes.length;
    const block = builder.finish({ to: at, nextRow: row, drained }, dictionary.series);
    builder = createBlockBuilder(at);
    isDrained = drained;
    return block;
  };

  const startsBlock = (observed: bigint): boolean => {
    const first = builder.firstTime?.at;
    if (cutEvery === undefined || first === undefined) return false;
    return (observed > first ? observed - first : first - observed) >= cutEvery;
  };

  const reasonsAgainst = (reading: Reading): readonly string[] => {
    if ('reason' in reading) return [reading.reason];
    const { fields } = reading;
    const [found, wanted] = [fields.length, form.columns.length];
    if (found !== wanted) return [`the row has ${String(found)} fields where the header has ${String(wanted)}`];
    return form.reasonsAgainst(fields);
  };

  const timeIn = (reading: Reading) =>
    'fields' in reading && reading.fields.length === form.columns.length
      ? timeOf(reading.fields[form.timeColumn]!)
      : undefined;

  const accepts = (reading: Reading, time: ReturnType<typeof timeIn>): boolean => {
    if (time === undefined || 'reason' in reading) return false;
    builder.startRow(time, reading.fields[form.timeColumn]!);
    return form.read(reading.fields, dictionary, builder);
  };

  function* rowsOf({ from, bytes, spans }: Piece & { kind: 'window' }, drained: boolean): Blocks {
    if (dictionary.isFull) dictionary.startOver();
    const upTo = (end: number): Uint8Array => bytes.subarray(at - from, end);
    for (const reading of readSpans(bytes, spans)) {
      const { span } = reading;
      const time = timeIn(reading);
      if (time !== undefined && startsBlock(time.at)) yield cut(upTo(span.start));
      if (accepts(reading, time)) {
        builder.endRow();
      } else {
        if (builder.rejectedCount === blockBounds.rejected) yield cut(upTo(span.start));
        const place = { offset: from + span.start, row };
        builder.endRow(rejectedRecord(place, bytes.subarray(span.start, span.end), reasonsAgainst(reading)));
      }
      row += 1;
    }
    yield cut(upTo(bytes.length), drained);
  }

  function* blocksOf(pieces: Iterable<Piece>, drained = false): Blocks {
    for (const piece of pieces) {
      if (piece.kind === 'window') {
        yield* rowsOf(piece, drained);
      } else if (piece.kind === 'long-line-part') {
        line ??= createLongLine(piece.from);
        line.append(piece.bytes);
        covered.append(piece.bytes);
        at += piece.bytes.length;
      } else {
        builder.endRow(line!.finish(row, [piece.reason]));
        line = undefined;
        row += 1;
        yield cut(piece.lineEnd);
      }
    }
  }

  return {
    get heldBytes() {
      return scanner.heldBytes + (line === undefined ? 0 : at - line.offset);
    },
    push: (bytes) => blocksOf(scanner.push(bytes)),
    *drain() {
      yield* blocksOf(scanner.drain(), true);
      if (!isDrained && line === undefined) yield cut(Buffer.alloc(0), true);
    },
    end: () => blocksOf(scanner.end()),
  };
};
