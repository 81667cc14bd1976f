import * as memory from './kernel-memory.js';
import {
  asLongAs,
  type Code,
  f64,
  get,
  giveBack,
  i32,
  i64,
  sameSixteen,
  set,
  type WasmFunction,
  when,
} from '../../../domain/wasm/wasm-code.js';

/*
 * What the kernel does with texts, whatever they mean: it compares them, hashes them and reads a number. Functions are
 * called by their number, in the order in which the module has them.
 */

export const [equal, hash, number] = [0, 1, 2];
export const none = i32.of(-1);

export const isByte = (at: Code, byte: number): Code => i32.eq(i32.byte(at), i32.of(byte));

/** Whether `length` bytes at `a` are those at `b`. */
export const equalFunction = (): WasmFunction => {
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

/** A hash of `bytes` at `at`: of all of them where they are at least four. */
export const hashFunction = (): WasmFunction => {
  const [at, bytes, end, sum] = [0, 1, 2, 3];
  const add = (word: Code): Code => [
    set(sum, i32.mul(i32.xor(get(sum), word), i32.of(0x9e3779b1 | 0))),
    set(sum, i32.xor(get(sum), i32.shr(get(sum), i32.of(15)))),
  ];
  return {
    name: 'hash',
    parameters: ['i32', 'i32'],
    locals: ['i32', 'i32'],
    body: [
      set(sum, get(bytes)),
      set(end, i32.add(get(at), i32.and(get(bytes), i32.of(-4)))),
      asLongAs(i32.below(get(at), get(end)), add(i32.load(get(at))), set(at, i32.add(get(at), i32.of(4)))),
      // The last four overlap those before.
      when(
        i32.and(i32.ne(i32.and(get(bytes), i32.of(3)), i32.of(0)), i32.gt(get(bytes), i32.of(4))),
        add(i32.load(i32.sub(i32.add(get(at), i32.and(get(bytes), i32.of(3))), i32.of(4)))),
      ),
      get(sum),
    ],
  };
};

const isDigit = (byte: Code): Code => i32.below(i32.sub(byte, i32.of(0x30)), i32.of(10));

/**
 * The address behind the number at `at`, or -1 when it is none of the usual form: of at most 15 digits, as `String`
 * writes it. Its digits and the power of ten that they are divided by are exact doubles, so that one division rounds as
 * the standard asks. `end` is where the bytes end.
 */
export const numberFunction = (): WasmFunction => {
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
        i32.of(memory.told.value),
        f64.div(f64.fromI64(get(digits)), f64.load(i32.shl(get(fraction), i32.of(3)), memory.powersAt)),
      ),
      when(get(isNegative), f64.store(i32.of(memory.told.value), f64.neg(f64.load(i32.of(memory.told.value))))),
      get(at),
    ],
  };
};
