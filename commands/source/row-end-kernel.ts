import { kernelIfAny } from '../../domain/wasm/kernel.js';
import {
  asLongAs,
  call,
  type Code,
  get,
  giveBack,
  i32,
  i64,
  set,
  sixteen,
  type WasmFunction,
  when,
} from '../../domain/wasm/wasm-code.js';

/*
 * Counts rows that surely end at their line end, in WebAssembly: it looks for line feeds in 64 bytes at a time, which is
 * ten times as fast as asking for one after the other, and as fast in a process that has just begun.
 */

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const quote = 0x22;
const comma = 0x2c;

const rowsAt = 0;
/** Bytes in front of a row are looked at, too. */
const roomAt = 64;

const [endsRow] = [0];
const isByte = (at: Code, byte: number): Code => i32.eq(i32.byte(at), i32.of(byte));

/**
 * Whether a line, given by its line feed, surely ends a row, whatever came before it: it ends in an odd number of
 * quotes behind a byte that is neither comma nor line feed. Where such quotes are reached within quotes, the last one
 * closes them; elsewhere they are where no quote may stand. So no record goes on behind this line, and none that is
 * looked for finds its end there: the next line begins a row. Nearly all lines of exports end so.
 */
export const surelyEnds = (bytes: Uint8Array, start: number, lineEnd: number): boolean => {
  let at = bytes[lineEnd - 1] === carriageReturn ? lineEnd - 2 : lineEnd - 1;
  const last = at;
  while (at >= start && bytes[at] === quote) at--;
  return (last - at) % 2 === 1 && at >= start && bytes[at] !== comma;
};

/** The same as `surelyEnds`. */
const endsRowFunction = (): WasmFunction => {
  const [start, lineEnd, last, at] = [0, 1, 2, 3];
  const before = i32.sub(get(lineEnd), i32.of(1));
  return {
    name: 'endsRow',
    parameters: ['i32', 'i32'],
    locals: ['i32', 'i32'],
    body: [
      set(last, i32.sub(before, isByte(before, carriageReturn))),
      set(at, get(last)),
      asLongAs(i32.and(i32.ge(get(at), get(start)), isByte(get(at), quote)), set(at, i32.sub(get(at), i32.of(1)))),
      i32.and(
        i32.and(i32.sub(get(last), get(at)), i32.of(1)),
        i32.and(i32.ge(get(at), get(start)), i32.not(isByte(get(at), comma))),
      ),
    ],
  };
};

/**
 * Passes over rows that surely end, from the one at `at` on, up to the first that begins at `stop` or behind it; `end` is
 * where the bytes end. Gives back where the next row begins.
 */
const passFunction = (): WasmFunction => {
  const [at, stop, end, from, lineEnd, rows, bits, feeds] = [0, 1, 2, 3, 4, 5, 6, 7];
  const found = [8, 9, 10, 11];
  const [first, second, third, fourth] = found.map(get) as [Code, Code, Code, Code];
  const bitsOf = (part: Code, place: number): Code => i64.shl(i64.fromI32(sixteen.bits(part)), i64.of(16 * place));
  const giveBackHere: Code = [i32.store(i32.of(rowsAt), get(rows)), giveBack(get(at))];
  const passOne: Code = [
    when(i32.not(call(endsRow, get(at), get(lineEnd))), giveBackHere),
    set(rows, i32.add(get(rows), i32.of(1))),
    set(at, i32.add(get(lineEnd), i32.of(1))),
    when(i32.not(i32.below(get(at), get(stop))), giveBackHere),
  ];
  return {
    name: 'pass',
    parameters: ['i32', 'i32', 'i32'],
    locals: ['i32', 'i32', 'i32', 'i64', 'v128', 'v128', 'v128', 'v128', 'v128'],
    body: [
      set(feeds, sixteen.of(i32.of(lineFeed))),
      set(from, get(at)),
      asLongAs(
        i32.le(i32.add(get(from), i32.of(64)), get(end)),
        found.map((part, place) => set(part, sixteen.eq(sixteen.load(get(from), 16 * place), get(feeds)))),
        when(
          sixteen.any(sixteen.or(sixteen.or(first, second), sixteen.or(third, fourth))),
          set(bits, i64.or(i64.or(bitsOf(first, 0), bitsOf(second, 1)), i64.or(bitsOf(third, 2), bitsOf(fourth, 3)))),
          asLongAs(
            i32.not(i64.zero(get(bits))),
            set(lineEnd, i32.add(get(from), i32.fromI64(i64.trailingZeros(get(bits))))),
            passOne,
            // Without its lowest bit.
            set(bits, i64.and(get(bits), i64.add(get(bits), i64.of(-1)))),
          ),
        ),
        set(from, i32.add(get(from), i32.of(64))),
      ),
      asLongAs(
        i32.lt(get(from), get(end)),
        when(isByte(get(from), lineFeed), set(lineEnd, get(from)), passOne),
        set(from, i32.add(get(from), i32.of(1))),
      ),
      giveBackHere,
      get(at),
    ],
  };
};

interface Exports {
  pass(at: number, stop: number, end: number): number;
}

/** Passes over rows that surely end, in a room of its own that its user fills. */
export class RowEndKernel {
  private constructor(
    readonly room: Buffer,
    private readonly exports: Exports,
    private readonly told: Uint32Array,
  ) {}

  /** Undefined on a machine that cannot run it. */
  static create(roomBytes: number): RowEndKernel | undefined {
    const kernel = kernelIfAny<Exports>([endsRowFunction(), passFunction()]);
    if (kernel === undefined) return undefined;
    const { room, code } = kernel;
    room.take(roomAt + roomBytes);
    const { buffer } = room.memory;
    return new RowEndKernel(Buffer.from(buffer, roomAt, roomBytes), code, new Uint32Array(buffer, rowsAt, 1));
  }

  /** Of the last call. */
  get rows(): number {
    return this.told[0]!;
  }

  /**
   * Passes over rows of the room from the one at `at` on, up to the first that begins at `stop` or behind it, or does not
   * surely end before `end`; gives back where that begins. Indexes are of the room.
   */
  pass(at: number, stop: number, end: number): number {
    return this.exports.pass(roomAt + at, roomAt + stop, roomAt + end) - roomAt;
  }
}
