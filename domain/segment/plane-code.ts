import { asLongAs, type Code, f64, get, giveBack, i32, i64, set, type WasmFunction, when } from '../wasm/wasm-code.js';

/*
 * Whole numbers of 64 bits taken apart into bytes and bits, in WebAssembly; see `planes.ts`, `first-values.ts` and
 * `doubles.ts`. Each function gives back an address or a number, 0 where it has nothing to tell.
 */

const behind = (at: number, count: number, bits: number): Code => i32.add(get(at), i32.shl(get(count), i32.of(bits)));
const forward = (at: number, bytes: number): Code => set(at, i32.add(get(at), i32.of(bytes)));
const nothing = i32.of(0);

/** Makes whole numbers of the doubles at `at`, in their place. */
export const wholeFunction = (): WasmFunction => {
  const [at, count, end] = [0, 1, 2];
  return {
    name: 'whole',
    parameters: ['i32', 'i32'],
    locals: ['i32'],
    body: [
      set(end, behind(at, count, 3)),
      asLongAs(i32.below(get(at), get(end)), i64.store(get(at), i64.fromF64(f64.load(get(at)))), forward(at, 8)),
      nothing,
    ],
  };
};

/** The bits that the largest of the numbers at `at` needs. */
export const widthFunction = (): WasmFunction => {
  const [at, count, end, all] = [0, 1, 2, 3];
  return {
    name: 'width',
    parameters: ['i32', 'i32'],
    locals: ['i32', 'i64'],
    body: [
      set(end, behind(at, count, 3)),
      asLongAs(i32.below(get(at), get(end)), set(all, i64.or(get(all), i64.load(get(at)))), forward(at, 8)),
      i32.sub(i32.of(64), i32.fromI64(i64.leadingZeros(get(all)))),
    ],
  };
};

/** Writes the numbers at `at` to `out` as so many byte planes, the lowest first. */
export const planesFunction = (): WasmFunction => {
  const [at, count, planes, out, last, from, end] = [0, 1, 2, 3, 4, 5, 6];
  return {
    name: 'planes',
    parameters: ['i32', 'i32', 'i32', 'i32'],
    locals: ['i32', 'i32', 'i32'],
    body: [
      set(last, i32.add(get(at), get(planes))),
      asLongAs(
        i32.below(get(at), get(last)),
        set(from, get(at)),
        set(end, behind(at, count, 3)),
        asLongAs(
          i32.below(get(from), get(end)),
          i32.storeByte(get(out), i32.byte(get(from))),
          forward(out, 1),
          forward(from, 8),
        ),
        forward(at, 1),
      ),
      nothing,
    ],
  };
};

/** Adds up at `counts`, where 256 zeros stand, how often each value occurs in the bytes at `at`; how many do. */
export const spreadFunction = (): WasmFunction => {
  const [at, count, counts, end, place, before, values] = [0, 1, 2, 3, 4, 5, 6];
  return {
    name: 'spread',
    parameters: ['i32', 'i32', 'i32'],
    locals: ['i32', 'i32', 'i32', 'i32'],
    body: [
      set(end, behind(at, count, 0)),
      asLongAs(
        i32.below(get(at), get(end)),
        set(place, i32.add(get(counts), i32.shl(i32.byte(get(at)), i32.of(2)))),
        set(before, i32.load(get(place))),
        set(values, i32.add(get(values), i32.not(get(before)))),
        i32.store(get(place), i32.add(get(before), i32.of(1))),
        forward(at, 1),
      ),
      get(values),
    ],
  };
};

/** Takes the least of the signed numbers at `at` from each, and keeps it as a double at `least`; how many are above it. */
export const aboveLeastFunction = (): WasmFunction => {
  const [at, count, least, from, end, found, above] = [0, 1, 2, 3, 4, 5, 6];
  const number = i64.load(get(from));
  return {
    name: 'aboveLeast',
    parameters: ['i32', 'i32', 'i32'],
    locals: ['i32', 'i32', 'i64', 'i32'],
    body: [
      set(end, behind(at, count, 3)),
      set(found, i64.load(get(at))),
      set(from, get(at)),
      asLongAs(i32.below(get(from), get(end)), when(i64.lt(number, get(found)), set(found, number)), forward(from, 8)),
      set(from, get(at)),
      asLongAs(
        i32.below(get(from), get(end)),
        i64.store(get(from), i64.sub(number, get(found))),
        set(above, i32.add(get(above), i32.not(i64.zero(number)))),
        forward(from, 8),
      ),
      f64.store(get(least), f64.fromI64(get(found))),
      get(above),
    ],
  };
};

/** Writes the lowest `width` bits of each number at `at` to `out`, lowest first and nothing between them; the end. */
export const bitsFunction = (): WasmFunction => {
  const [at, count, width, out, end, held, holding] = [0, 1, 2, 3, 4, 5, 6];
  const putByte: Code = [i32.storeByte(get(out), i32.fromI64(get(held))), forward(out, 1)];
  return {
    name: 'bits',
    parameters: ['i32', 'i32', 'i32', 'i32'],
    locals: ['i32', 'i64', 'i32'],
    body: [
      set(end, behind(at, count, 3)),
      asLongAs(
        i32.below(get(at), get(end)),
        // At most seven are held, and a number has at most 53.
        set(held, i64.or(get(held), i64.shl(i64.load(get(at)), i64.fromI32(get(holding))))),
        set(holding, i32.add(get(holding), get(width))),
        forward(at, 8),
        asLongAs(
          i32.gt(get(holding), i32.of(7)),
          putByte,
          set(held, i64.shr(get(held), i64.of(8))),
          set(holding, i32.sub(get(holding), i32.of(8))),
        ),
      ),
      when(get(holding), putByte),
      get(out),
    ],
  };
};

/** Moves those of the numbers at `at` that are not zero to the front, and puts 1 or 0 for each at `marks`. */
export const splitZerosFunction = (): WasmFunction => {
  const [at, count, marks, end, to, number] = [0, 1, 2, 3, 4, 5];
  return {
    name: 'splitZeros',
    parameters: ['i32', 'i32', 'i32'],
    locals: ['i32', 'i32', 'i64'],
    body: [
      set(end, behind(at, count, 3)),
      set(to, get(at)),
      asLongAs(
        i32.below(get(at), get(end)),
        set(number, i64.load(get(at))),
        i64.store(get(marks), i64.fromI32(i32.not(i64.zero(get(number))))),
        when(i32.not(i64.zero(get(number))), i64.store(get(to), get(number)), forward(to, 8)),
        forward(marks, 8),
        forward(at, 8),
      ),
      nothing,
    ],
  };
};

/** The bits of each double at `at`, exclusive-or those of the one before, to `to`; 0, or which one is not finite, from 1. */
export const doublesFunction = (): WasmFunction => {
  const [at, count, to, from, end, before, now] = [0, 1, 2, 3, 4, 5, 6];
  const value = f64.load(get(at));
  const nth = i32.shr(i32.sub(get(at), get(from)), i32.of(3));
  return {
    name: 'doubles',
    parameters: ['i32', 'i32', 'i32'],
    locals: ['i32', 'i32', 'i64', 'i64'],
    body: [
      set(from, get(at)),
      set(end, behind(at, count, 3)),
      asLongAs(
        i32.below(get(at), get(end)),
        set(now, i64.load(get(at))),
        // The difference of one that is not finite to itself is not a number.
        when(f64.ne(f64.sub(value, value), f64.of(0)), giveBack(i32.add(nth, i32.of(1)))),
        forward(at, 8),
        i64.store(get(to), i64.xor(get(now), get(before))),
        forward(to, 8),
        set(before, get(now)),
      ),
      nothing,
    ],
  };
};
