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
  set,
  type WasmFunction,
  when,
} from '../wasm/wasm-code.js';

/*
 * Runs of numbers, in WebAssembly; see `runs.ts`.
 */

/** Runs shorter than this on average cost more than the numbers themselves. */
const worthwhile = 3;

/** Writes a number at `out`, as `ByteWriter.varint` does; gives back the address behind it. */
export const varintFunction = (): WasmFunction => {
  const [out, value] = [0, 1];
  return {
    name: 'varint',
    parameters: ['i32', 'i64'],
    locals: [],
    body: [
      asLongAs(
        i64.above(get(value), i64.of(0x7f)),
        i32.storeByte(get(out), i32.or(i32.fromI64(get(value)), i32.of(0x80))),
        set(out, i32.add(get(out), i32.of(1))),
        set(value, i64.shr(get(value), i64.of(7))),
      ),
      i32.storeByte(get(out), i32.fromI64(get(value))),
      i32.add(get(out), i32.of(1)),
    ],
  };
};

/**
 * Writes the runs of the doubles at `at` to `out`; gives back the address behind them, or 0 when they are not worth it.
 * A run is level, or climbs when its second number is one above its first.
 *
 * @param varint the number of that function
 */
export const runsFunction = (varint: number): WasmFunction => {
  const [at, count, out, end, allowed, isFirst, from, climbs, expected, difference] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const next = f64.load(get(at));
  const length = i32.shr(i32.sub(get(at), get(from)), i32.of(3));
  return {
    name: 'runs',
    parameters: ['i32', 'i32', 'i32'],
    locals: ['i32', 'i32', 'i32', 'i32', 'i32', 'f64', 'i64'],
    body: [
      set(end, i32.add(get(at), i32.shl(get(count), i32.of(3)))),
      set(allowed, i32.add(get(count), i32.of(2 * worthwhile))),
      set(isFirst, i32.of(1)),
      set(out, call(varint, get(out), i64.add(i64.fromF64(next), i64.of(1)))),
      asLongAs(
        i32.below(get(at), get(end)),
        set(allowed, i32.sub(get(allowed), i32.of(worthwhile))),
        when(i32.lt(get(allowed), i32.of(0)), giveBack(i32.of(0))),
        when(
          i32.not(get(isFirst)),
          set(difference, i64.fromF64(f64.sub(next, get(expected)))),
          set(out, call(varint, get(out), zigzag(difference))),
        ),
        set(isFirst, i32.of(0)),
        set(from, get(at)),
        set(expected, next),
        set(at, i32.add(get(at), i32.of(8))),
        set(climbs, i32.of(0)),
        when(
          i32.below(get(at), get(end)),
          set(climbs, f64.eq(next, f64.add(get(expected), f64.of(1)))),
          set(expected, f64.add(get(expected), f64.fromI32(get(climbs)))),
        ),
        asLongAs(
          i32.below(get(at), get(end)),
          when(f64.ne(next, get(expected)), leave(2)),
          set(expected, f64.add(get(expected), f64.fromI32(get(climbs)))),
          set(at, i32.add(get(at), i32.of(8))),
        ),
        // The next run most often starts one above where this one ended.
        set(expected, f64.add(get(expected), f64.fromI32(i32.not(get(climbs))))),
        set(
          out,
          call(varint, get(out), i64.fromI32(i32.or(i32.shl(i32.sub(length, i32.of(1)), i32.of(1)), get(climbs)))),
        ),
      ),
      get(out),
    ],
  };
};

/** Its sign in the lowest bit; see `ByteWriter.zigzag`. */
export const zigzag = (value: number): Code =>
  i64.xor(i64.shl(get(value), i64.of(1)), i64.shrSigned(get(value), i64.of(63)));
