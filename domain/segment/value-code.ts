import { asLongAs, type Code, f64, get, giveBack, i32, i64, set, type WasmFunction, when } from '../wasm/wasm-code.js';
import { zigzag } from './run-code.js';

/*
 * The order of values, and values as whole numbers, in WebAssembly; see `value-column.ts`, `decimal.ts` and
 * `integers.ts`. Each function gives back a number, 0 where it has nothing to tell.
 */

const forward = (at: number, bytes: number): Code => set(at, i32.add(get(at), i32.of(bytes)));
const increment = (address: Code, offset: number): Code =>
  i32.store(address, i32.add(i32.load(address, offset), i32.of(1)), offset);
const entry = (table: number, number: Code): Code => i32.add(get(table), i32.shl(number, i32.of(2)));
const nothing = i32.of(0);

/**
 * A stable counting sort. Puts where each of the keys at `at` stands among all in its place; at `starts`, where
 * `bound + 2` zeros stand, where each key begins, and one more for the end.
 */
export const orderFunction = (): WasmFunction => {
  const [at, count, starts, bound, from, end, place] = [0, 1, 2, 3, 4, 5, 6];
  return {
    name: 'order',
    parameters: ['i32', 'i32', 'i32', 'i32'],
    locals: ['i32', 'i32', 'i32'],
    body: [
      set(end, i32.add(get(at), i32.shl(get(count), i32.of(2)))),
      set(from, get(at)),
      asLongAs(i32.below(get(from), get(end)), increment(entry(starts, i32.load(get(from))), 8), forward(from, 4)),
      set(place, get(starts)),
      set(from, entry(starts, get(bound))),
      asLongAs(
        i32.below(get(place), get(from)),
        i32.store(get(place), i32.add(i32.load(get(place), 4), i32.load(get(place), 8)), 8),
        forward(place, 4),
      ),
      // The entry behind each is where its next goes; when all have gone, it is where they end.
      asLongAs(
        i32.below(get(at), get(end)),
        set(place, entry(starts, i32.load(get(at)))),
        i32.store(get(at), i32.load(get(place), 4)),
        increment(get(place), 4),
        forward(at, 4),
      ),
      nothing,
    ],
  };
};

/** Puts for each of the numbers at `at` what stands at `table` for it. */
export const throughFunction = (): WasmFunction => {
  const [at, count, table, end] = [0, 1, 2, 3];
  return {
    name: 'through',
    parameters: ['i32', 'i32', 'i32'],
    locals: ['i32'],
    body: [
      set(end, i32.add(get(at), i32.shl(get(count), i32.of(2)))),
      asLongAs(
        i32.below(get(at), get(end)),
        i32.store(get(at), i32.load(entry(table, i32.load(get(at))))),
        forward(at, 4),
      ),
      nothing,
    ],
  };
};

/** Puts the doubles at `at` to the places in `to` that the numbers at `places` say. */
export const scatterFunction = (): WasmFunction => {
  const [at, count, places, to, end] = [0, 1, 2, 3, 4];
  return {
    name: 'scatter',
    parameters: ['i32', 'i32', 'i32', 'i32'],
    locals: ['i32'],
    body: [
      set(end, i32.add(get(at), i32.shl(get(count), i32.of(3)))),
      asLongAs(
        i32.below(get(at), get(end)),
        f64.store(i32.add(get(to), i32.shl(i32.load(get(places)), i32.of(3))), f64.load(get(at))),
        forward(places, 4),
        forward(at, 8),
      ),
      nothing,
    ],
  };
};

/** Values are whole numbers divided by ten to this power, at most. */
export const mostDigits = 9;
/** Whole numbers stay below this, so that the difference of two, twice over, is still exact. */
const largest = 2 ** 51;

/**
 * The fewest digits after the point with which every double at `at` is exactly a whole number divided by a power of
 * ten, as measurements printed in decimals are; one more than most when there is no such number (or one is -0).
 *
 * Of two whole numbers as near, neither gives the value back as long as they are below `largest`: so which of them
 * `nearest` takes is all the same.
 */
export const digitsFunction = (): WasmFunction => {
  const [at, end, from, digits, power, value, integer] = [0, 1, 2, 3, 4, 5, 6];
  const none = giveBack(i32.of(mostDigits + 1));
  const take: Code = [set(value, f64.load(get(from))), set(integer, f64.nearest(f64.mul(get(value), get(power))))];
  const differs = f64.ne(f64.div(get(integer), get(power)), get(value));
  return {
    name: 'digits',
    parameters: ['i32', 'i32'],
    locals: ['i32', 'i32', 'f64', 'f64', 'f64'],
    body: [
      set(power, f64.of(1)),
      set(from, get(at)),
      asLongAs(
        i32.below(get(from), get(end)),
        take,
        asLongAs(
          differs,
          set(digits, i32.add(get(digits), i32.of(1))),
          when(i32.gt(get(digits), i32.of(mostDigits)), none),
          set(power, f64.mul(get(power), f64.of(10))),
          take,
        ),
        forward(from, 8),
      ),
      // More digits than a value needs must give it back as well, which only fails for large ones.
      set(from, get(at)),
      asLongAs(
        i32.below(get(from), get(end)),
        take,
        when(differs, none),
        when(i32.not(f64.lt(f64.abs(get(integer)), f64.of(largest))), none),
        when(i32.and(f64.eq(get(value), f64.of(0)), i32.not(i64.zero(i64.bitsOf(get(value))))), none),
        forward(from, 8),
      ),
      get(digits),
    ],
  };
};

/**
 * The doubles of one metric, times a power of ten: the whole number of the first of each series to `firsts`, and the
 * difference of every other one to the one before, its sign in the lowest bit, to `rest`. At `starts` stands where in
 * `values` each series begins, and where the last one ends. Gives back how many firsts there are.
 */
export const integersFunction = (): WasmFunction => {
  const [values, starts, series, power, firsts, rest] = [0, 1, 2, 3, 4, 5];
  const [begin, end, at, to, before, now, difference] = [6, 7, 8, 9, 10, 11, 12];
  const valueAt = (place: Code): Code => i32.add(get(values), i32.shl(place, i32.of(3)));
  const take = set(now, i64.fromF64(f64.nearest(f64.mul(f64.load(get(at)), get(power)))));
  return {
    name: 'integers',
    parameters: ['i32', 'i32', 'i32', 'f64', 'i32', 'i32'],
    locals: ['i32', 'i32', 'i32', 'i32', 'i64', 'i64', 'i64'],
    body: [
      set(begin, get(firsts)),
      set(end, entry(starts, get(series))),
      asLongAs(
        i32.below(get(starts), get(end)),
        set(at, valueAt(i32.load(get(starts)))),
        set(to, valueAt(i32.load(get(starts), 4))),
        when(
          i32.below(get(at), get(to)),
          take,
          i64.store(get(firsts), get(now)),
          forward(firsts, 8),
          forward(at, 8),
          asLongAs(
            i32.below(get(at), get(to)),
            set(before, get(now)),
            take,
            set(difference, i64.sub(get(now), get(before))),
            i64.store(get(rest), zigzag(difference)),
            forward(rest, 8),
            forward(at, 8),
          ),
        ),
        forward(starts, 4),
      ),
      i32.shr(i32.sub(get(firsts), get(begin)), i32.of(3)),
    ],
  };
};
