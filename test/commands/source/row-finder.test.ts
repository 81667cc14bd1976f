import assert from 'node:assert/strict';
import fc from 'fast-check';
import { RowEndKernel, surelyEnds } from '../../../commands/source/row-end-kernel.js';
import { finderRoomBytes, RowFinder } from '../../../commands/source/row-finder.js';
import { csvLine, csvText, exportText } from '../../support/csv-arbitraries.js';
import { full } from '../../support/full-counts.js';

const runs = { numRuns: full ? 50_000 : 300 };
const kernel = RowEndKernel.create(finderRoomBytes)!;

interface Search {
  readonly text: Buffer;
  readonly skip: number;
  /** Where the text is cut into pieces. */
  readonly cuts: readonly number[];
  /** It is told to halt from so far behind the last halt on. */
  readonly stride: number;
}

/** A text in pieces; `lent` to where the finder wants them, in turns, with garbage where the next ones will be. */
function* pieces(text: Buffer, places: readonly number[], lent: readonly Buffer[] | undefined): Generator<Buffer> {
  let turn = 0;
  for (const [at, from] of places.slice(0, -1).entries()) {
    const piece = text.subarray(from, places[at + 1]);
    if (lent === undefined) yield piece;
    else {
      const { length } = lent[0]!;
      for (let begin = 0; begin < piece.length; begin += length) {
        const [chunk, next] = [lent[turn % lent.length]!, lent[++turn % lent.length]!];
        next.fill('"\n');
        yield chunk.subarray(0, piece.copy(chunk, 0, begin));
      }
    }
  }
}

/** Where a finder halts, what it says there, and what it hands out. */
const found = ({ text, skip, cuts, stride }: Search, by: RowEndKernel | undefined, isLent = false) => {
  const finder = new RowFinder(skip, by);
  const halts: { readonly offset: number; readonly row: number; readonly mayEnd: boolean }[] = [];
  const given: Buffer[] = [];
  const take = (read: Iterable<Uint8Array>): void => {
    for (const bytes of read) {
      given.push(Buffer.from(bytes));
      const { offset, row, mayEndHere: mayEnd } = finder;
      if (offset >= finder.stopAt) halts.push({ offset, row, mayEnd });
      if (mayEnd && offset >= finder.stopAt) finder.stopAt = offset + stride;
    }
  };
  finder.stopAt = stride;
  const places = [0, ...cuts.map((cut) => cut % (text.length + 1)).sort((a, b) => a - b), text.length];
  for (const piece of pieces(text, places, isLent ? finder.chunks : undefined)) take(finder.push(piece));
  take(finder.end());
  return { halts, given: Buffer.concat(given), offset: finder.offset, row: finder.row };
};

const agree = (search: Search): void => {
  const plain = found(search, undefined);
  assert.deepEqual(found(search, kernel), plain);
  // It halts, too, where a piece of a long line ends, but nothing may end there.
  const halts = plain.halts.filter(({ mayEnd }) => mayEnd);
  for (const by of [kernel, undefined]) {
    const lent = found(search, by, true);
    assert.deepEqual({ ...lent, halts: lent.halts.filter(({ mayEnd }) => mayEnd) }, { ...plain, halts });
  }
  assert.deepEqual(plain.given, search.text);
};

/** Whatever decides whether a line ends a row, again and again, with stretches between that reach over 64 bytes. */
const ends = fc.constantFrom('"', '""', '"""', ',', '\n', '\r\n', '\n\n', '"\n', 'x"\n', 'x"""\r\n', 'x""\n', ',"\n');
const between = fc.oneof(
  fc.constantFrom('', 'x', 'x,y'),
  fc.integer({ min: 1, max: 140 }).map((n) => 'x'.repeat(n)),
);
const noise = fc.array(fc.oneof(ends, between), { maxLength: 120 }).map((parts) => parts.join(''));
/** Rows enough for several looks at 64 bytes each, of which some lack their last quote. */
const rows = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 90 }), fc.boolean()), { maxLength: 80 })
  .map((lines) => lines.map(([bytes, isOpen]) => `"${'v'.repeat(bytes)}${isOpen ? '' : '"'}\n`).join(''));
const text = fc.oneof(noise, rows, csvText(csvLine, 30), exportText).map((made) => Buffer.from(made));

describe('S4: finding rows', () => {
  it('the kernel finds what is found without it, in any text, wherever that is cut or put and whenever it halts', () => {
    const search = fc.record({
      text,
      skip: fc.nat(40),
      cuts: fc.array(fc.nat(), { maxLength: 8 }),
      stride: fc.integer({ min: 1, max: 700 }),
    });
    fc.assert(fc.property(search, agree), runs);
  });

  it('so it does in a text of many looks, with lines about as long as a record may be', () => {
    const line = (bytes: number, end: string): string => `"${'x'.repeat(bytes)}${end}\n`;
    const parts = [65_530, 65_533, 65_534, 65_535, 65_536, 65_537, 70_000, 600_000].flatMap((bytes) => [
      ...Array.from({ length: 3_000 }, (_, at) => line(at % 130, at % 997 === 0 ? '' : '"')),
      line(bytes, '"'),
      line(bytes, ''),
    ]);
    const whole = Buffer.from(parts.join(''));
    for (const piece of [whole.length, 512 * 1024, 65_536, 9_973]) {
      const cuts = Array.from({ length: Math.ceil(whole.length / piece) }, (_, at) => at * piece);
      for (const stride of [1, 10_000, 1e9]) agree({ text: whole, skip: 0, cuts, stride });
    }
  });

  it('no line surely ends a row that a quote before it may reach over', () => {
    for (const line of ['', '"', '\r', '"\r', ',"', ',"\r', 'x', 'x""', '""', '"""', ',"""\r']) {
      assert.equal(surelyEnds(Buffer.from(`${line}\n`), 0, line.length), false, JSON.stringify(line));
    }
    for (const line of ['x"', 'x"\r', '"x"""', ' "', '\r"']) {
      assert.equal(surelyEnds(Buffer.from(`${line}\n`), 0, line.length), true, JSON.stringify(line));
    }
  });
});
