import * as memory from './kernel-memory.js';
import {
  asLongAs,
  call,
  type Code,
  f64,
  get,
  giveBack,
  i32,
  i64,
  leave,
  sameSixteen,
  set,
  type WasmFunction,
  wasmModule,
  when,
  whenElse,
} from '../../../domain/wasm/wasm-code.js';

/*
 * The innermost loop of reading, in WebAssembly: it compares sixteen bytes at a time, and is fast from the first row of
 * a cold process on, while JavaScript would be compiled in the middle of a file. Its tables are in `kernel-memory.ts`.
 */

const [equal, hash, number, tail, match, find] = [0, 1, 2, 3, 4, 5];
const none = i32.of(-1);
/** The row agrees up to its number, which is left to JavaScript. */
const odd = i32.of(-2);
const { told } = memory;

const int = (address: number): Code => i32.load(i32.of(address));
const keep = (address: number, value: Code): Code => i32.store(i32.of(address), value);
const entryOf = (table: number, entry: Code): Code => i32.load(i32.shl(entry, i32.of(2)), table);

/** Whether `length` bytes at `a` are those at `b`. */
const equalFunction = (): WasmFunction => {
  const [a, b, length, last] = [0, 1, 2, 3];
  return {
    name: 'equal',
    parameters: ['i32', 'i32', 'i32'],
    locals: ['i32'],
    body: [
      when(
        i32.lt(get(length), i32.of(16)),
        set(last, i32.add(get(a), get(length))),
        asLongAs(
          i32.below(get(a), get(last)),
          when(i32.ne(i32.byte(get(a)), i32.byte(get(b))), giveBack(i32.of(0))),
          set(a, i32.add(get(a), i32.of(1))),
          set(b, i32.add(get(b), i32.of(1))),
        ),
        giveBack(i32.of(1)),
      ),
      set(last, i32.add(get(a), i32.sub(get(length), i32.of(16)))),
      asLongAs(
        i32.below(get(a), get(last)),
        when(i32.not(sameSixteen(get(a), get(b))), giveBack(i32.of(0))),
        set(a, i32.add(get(a), i32.of(16))),
        set(b, i32.add(get(b), i32.of(16))),
      ),
      // The last sixteen overlap those before.
      sameSixteen(get(last), i32.sub(get(b), i32.sub(get(a), get(last)))),
    ],
  };
};

/** The address of the bucket of what stands at `at`. */
const hashFunction = (): WasmFunction => {
  const [at, end, sum] = [0, 1, 2];
  return {
    name: 'hash',
    parameters: ['i32'],
    locals: ['i32', 'i32'],
    body: [
      set(end, i32.add(get(at), i32.of(memory.hashedBytes))),
      asLongAs(
        i32.below(get(at), get(end)),
        set(sum, i32.mul(i32.xor(get(sum), i32.load(get(at))), i32.of(0x9e3779b1 | 0))),
        set(sum, i32.xor(get(sum), i32.shr(get(sum), i32.of(15)))),
        set(at, i32.add(get(at), i32.of(4))),
      ),
      i32.add(i32.of(memory.bucketsAt), i32.shl(i32.and(get(sum), i32.of((1 << memory.bucketBits) - 1)), i32.of(2))),
    ],
  };
};

const isDigit = (byte: Code): Code => i32.below(i32.sub(byte, i32.of(0x30)), i32.of(10));
const isByte = (at: Code, byte: number): Code => i32.eq(i32.byte(at), i32.of(byte));

/**
 * The address behind the number at `at`, or -1 when it is none of the usual form: of at most 15 digits, as `String`
 * writes it. Its digits and the power of ten that they are divided by are exact doubles, so that one division rounds as
 * the standard asks. `end` is where the bytes end.
 */
const numberFunction = (): WasmFunction => {
  const [at, end, isNegative, whole, wholeDigits, fraction, digits] = [0, 1, 2, 3, 4, 5, 6];
  const takeDigits = asLongAs(
    i32.and(i32.below(get(at), get(end)), isDigit(i32.byte(get(at)))),
    set(digits, i64.add(i64.mul(get(digits), i64.of(10)), i64.fromI32(i32.sub(i32.byte(get(at)), i32.of(0x30))))),
    set(at, i32.add(get(at), i32.of(1))),
  );
  const wholeIsZero = isByte(get(whole), 0x30);
  return {
    name: 'number',
    parameters: ['i32', 'i32'],
    locals: ['i32', 'i32', 'i32', 'i32', 'i64'],
    body: [
      when(isByte(get(at), 0x2d), set(isNegative, i32.of(1)), set(at, i32.add(get(at), i32.of(1)))),
      set(whole, get(at)),
      takeDigits,
      set(wholeDigits, i32.sub(get(at), get(whole))),
      when(i32.not(get(wholeDigits)), giveBack(none)),
      when(
        i32.and(i32.below(get(at), get(end)), isByte(get(at), 0x2e)),
        set(at, i32.add(get(at), i32.of(1))),
        set(fraction, get(at)),
        takeDigits,
        set(fraction, i32.sub(get(at), get(fraction))),
        when(i32.not(get(fraction)), giveBack(none)),
        when(isByte(i32.sub(get(at), i32.of(1)), 0x30), giveBack(none)),
      ),
      when(i32.and(i32.gt(get(wholeDigits), i32.of(1)), wholeIsZero), giveBack(none)),
      when(i32.gt(i32.add(get(wholeDigits), get(fraction)), i32.of(15)), giveBack(none)),
      when(i32.and(i32.gt(get(fraction), i32.of(6)), wholeIsZero), giveBack(none)),
      when(i32.and(get(isNegative), i64.zero(get(digits))), giveBack(none)),
      when(
        i32.below(get(at), get(end)),
        when(
          i32.not(
            i32.or(
              i32.or(isByte(get(at), 0x22), isByte(get(at), 0x2c)),
              i32.or(isByte(get(at), 0x0a), isByte(get(at), 0x0d)),
            ),
          ),
          giveBack(none),
        ),
      ),
      f64.store(
        i32.of(told.value),
        f64.div(f64.fromI64(get(digits)), f64.load(i32.shl(get(fraction), i32.of(3)), memory.powersAt)),
      ),
      when(get(isNegative), f64.store(i32.of(told.value), f64.neg(f64.load(i32.of(told.value))))),
      get(at),
    ],
  };
};

/** The place of the texts of an entry's shape, and address and length of its metric. */
const shapeOf = (entry: number): Code =>
  i32.add(i32.of(memory.shapesAt), i32.mul(entryOf(memory.shapeOf, get(entry)), i32.of(memory.shapeBytes)));
const metricOf = (entry: number): Code =>
  i32.add(i32.of(memory.metricsAt), i32.shl(entryOf(memory.metricOf, get(entry)), i32.of(3)));

/** Goes past some bytes when they are at `at`, otherwise gives back -1. */
const pass = (at: number, address: Code, length: Code): Code => [
  when(i32.not(call(equal, address, get(at), length)), giveBack(none)),
  set(at, i32.add(get(at), length)),
];

/** The address behind the row whose number ends at `at` when it agrees with the entry's tail, else -1. */
const tailFunction = (): WasmFunction => {
  const [entry, at, end, shape, metric] = [0, 1, 2, 3, 4];
  const last = i32.load(get(shape), 28);
  return {
    name: 'tail',
    parameters: ['i32', 'i32', 'i32'],
    locals: ['i32', 'i32'],
    body: [
      set(shape, shapeOf(entry)),
      set(metric, metricOf(entry)),
      when(i32.above(i32.add(get(at), i32.load(get(shape), 20)), get(end)), giveBack(none)),
      pass(at, i32.load(get(shape), 16), i32.load(get(shape), 20)),
      when(i32.lt(last, i32.of(0)), giveBack(get(at))),
      when(i32.above(i32.add(get(at), i32.add(i32.load(get(metric), 4), last)), get(end)), giveBack(none)),
      pass(at, i32.load(get(metric)), i32.load(get(metric), 4)),
      pass(at, i32.load(get(shape), 24), last),
      get(at),
    ],
  };
};

/** The address behind the row when it agrees with the entry from behind its time on, -1 or -2. */
const matchFunction = (): WasmFunction => {
  const [entry, at, end, shape, metric, behind] = [0, 1, 2, 3, 4, 5];
  const headBytes = i32.add(i32.load(get(metric), 4), i32.add(i32.load(get(shape), 4), i32.load(get(shape), 12)));
  return {
    name: 'match',
    parameters: ['i32', 'i32', 'i32'],
    locals: ['i32', 'i32', 'i32'],
    body: [
      set(shape, shapeOf(entry)),
      set(metric, metricOf(entry)),
      when(i32.not(i32.below(i32.add(get(at), headBytes), get(end))), giveBack(none)),
      pass(at, i32.load(get(shape)), i32.load(get(shape), 4)),
      pass(at, i32.load(get(metric)), i32.load(get(metric), 4)),
      pass(at, i32.load(get(shape), 8), i32.load(get(shape), 12)),
      set(behind, call(number, get(at), get(end))),
      when(i32.lt(get(behind), i32.of(0)), keep(told.oddAt, get(at)), keep(told.entry, get(entry)), giveBack(odd)),
      call(tail, get(entry), get(behind), get(end)),
    ],
  };
};

/** The entry, found by its hash, that the row agrees with from behind its time on; 0 for none; -2. */
const findFunction = (): WasmFunction => {
  const [at, end, entry, next] = [0, 1, 2, 3];
  return {
    name: 'find',
    parameters: ['i32', 'i32'],
    locals: ['i32', 'i32'],
    body: [
      when(i32.above(i32.add(get(at), i32.of(memory.hashedBytes)), get(end)), giveBack(i32.of(0))),
      set(entry, i32.load(call(hash, get(at)))),
      asLongAs(
        get(entry),
        set(next, call(match, get(entry), get(at), get(end))),
        when(i32.eq(get(next), odd), giveBack(odd)),
        when(i32.ge(get(next), i32.of(0)), keep(told.found, get(next)), giveBack(get(entry))),
        set(entry, entryOf(memory.chainedOf, get(entry))),
      ),
      i32.of(0),
    ],
  };
};

/**
 * Reads rows from `at` on, as long as they begin with the time and agree with an entry. No row is read that ends behind
 * `limit`; `end` is where the bytes end. Gives back the address behind the last row read.
 */
const runFunction = (): WasmFunction => {
  const [at, limit, end, timeBytes, isQuoted, last, rows, behind, entry, next] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const isGuessed = i32.ge(get(next), i32.of(0));
  return {
    name: 'run',
    parameters: ['i32', 'i32', 'i32', 'i32', 'i32'],
    locals: ['i32', 'i32', 'i32', 'i32', 'i32'],
    body: [
      set(last, int(told.last)),
      keep(told.oddAt, i32.of(0)),
      asLongAs(
        i32.lt(get(rows), i32.of(memory.mostRows)),
        set(behind, i32.add(get(at), get(timeBytes))),
        when(i32.not(i32.below(get(behind), get(end))), leave(2)),
        when(i32.not(call(equal, i32.of(memory.timeAt), get(at), get(timeBytes))), leave(2)),
        when(i32.ne(isByte(get(behind), 0x22), get(isQuoted)), leave(2)),
        set(entry, i32.of(0)),
        set(next, none),
        when(get(last), set(entry, entryOf(memory.followingOf, get(last)))),
        when(get(entry), set(next, call(match, get(entry), get(behind), get(end)))),
        when(i32.eq(get(next), odd), leave(2)),
        whenElse(
          isGuessed,
          [],
          [
            set(entry, call(find, get(behind), get(end))),
            when(i32.le(get(entry), i32.of(0)), leave(3)),
            set(next, int(told.found)),
          ],
        ),
        when(i32.above(get(next), get(limit)), leave(2)),
        i32.store(i32.shl(get(rows), i32.of(2)), entryOf(memory.seriesOf, get(entry)), memory.rowSeriesAt),
        f64.store(i32.shl(get(rows), i32.of(3)), f64.load(i32.of(told.value)), memory.rowValuesAt),
        set(rows, i32.add(get(rows), i32.of(1))),
        when(get(last), i32.store(i32.shl(get(last), i32.of(2)), get(entry), memory.followingOf)),
        set(last, get(entry)),
        set(at, get(next)),
      ),
      keep(told.last, get(last)),
      keep(told.rows, get(rows)),
      get(at),
    ],
  };
};

/** What the module gives out; addresses and numbers are 32-bit integers. */
export interface RowKernel {
  readonly memory: ArrayBuffer;
  equal(a: number, b: number, length: number): number;
  hash(at: number): number;
  number(at: number, end: number): number;
  tail(entry: number, at: number, end: number): number;
  run(at: number, limit: number, end: number, timeBytes: number, isQuoted: number): number;
}

/** In the order of their numbers. */
const functions = [
  equalFunction,
  hashFunction,
  numberFunction,
  tailFunction,
  matchFunction,
  findFunction,
  runFunction,
] as const;

let compiled: WebAssembly.Module | undefined;

/** Throws where WebAssembly or its vectors of 16 bytes are missing, or no memory can be reserved. */
const instantiate = (): RowKernel => {
  compiled ??= new WebAssembly.Module(
    wasmModule(
      functions.map((make) => make()),
      memory.memoryPages,
    ),
  );
  const wasm = new WebAssembly.Memory({ initial: memory.memoryPages });
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory: wasm } });
  const powers = new Float64Array(wasm.buffer, memory.powersAt, 16);
  for (let at = 0; at < powers.length; at++) powers[at] = 10 ** at;
  return { memory: wasm.buffer, ...(exports as unknown as Omit<RowKernel, 'memory'>) };
};

/** A kernel with a memory of its own; undefined on a machine that has none, where rows are read the plain way. */
export const createRowKernel = (): RowKernel | undefined => {
  try {
    return instantiate();
  } catch (error) {
    if (error instanceof ReferenceError || error instanceof WebAssembly.CompileError || error instanceof RangeError) {
      return undefined;
    }
    throw error;
  }
};
