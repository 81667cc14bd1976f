import * as memory from './kernel-memory.js';
import { equal, hash, none, number } from './kernel-texts.js';
import {
  asLongAs,
  call,
  type Code,
  get,
  giveBack,
  i32,
  set,
  type WasmFunction,
  when,
} from '../../../domain/wasm/wasm-code.js';

/*
 * What the kernel does with entries (see `RowTemplates`): whether a row agrees with one, which one it agrees with, and
 * that a row is the first of an entry.
 */

export const [tail, match, find, nameOf, entryOf] = [3, 4, 5, 6, 7];
/** The row agrees up to its number, which is left to JavaScript. */
export const odd = i32.of(-2);
const { told } = memory;

export const int = (address: number): Code => i32.load(i32.of(address));
export const keep = (address: number, value: Code): Code => i32.store(i32.of(address), value);
export const itemOf = (table: number, item: Code): Code => i32.load(i32.shl(item, i32.of(2)), table);
export const setItem = (table: number, item: Code, value: Code): Code =>
  i32.store(i32.shl(item, i32.of(2)), value, table);
/** The address of a hash's bucket. */
export const bucketOf = (table: number, bits: number, sum: Code): Code =>
  i32.add(i32.of(table), i32.shl(i32.and(sum, i32.of((1 << bits) - 1)), i32.of(2)));

/** The place of the texts of an entry's shape, and address and length of its metric. */
const shapeOf = (entry: number): Code =>
  i32.add(i32.of(memory.shapesAt), i32.mul(itemOf(memory.shapeOf, get(entry)), i32.of(memory.shapeBytes)));
const metricOf = (entry: number): Code =>
  i32.add(i32.of(memory.metricsAt), i32.shl(itemOf(memory.metricOf, get(entry)), i32.of(3)));

/** Of an entry, how many bytes stand before its number, behind the time. */
const headBytesOf = (shape: number, metric: number): Code =>
  i32.add(i32.load(get(metric), 4), i32.add(i32.load(get(shape), 4), i32.load(get(shape), 12)));

/** Goes past some bytes when they are at `at`, otherwise gives back -1. */
const pass = (at: number, address: Code, length: Code): Code => [
  when(i32.not(call(equal, address, get(at), length)), giveBack(none)),
  set(at, i32.add(get(at), length)),
];

/** The address behind the row whose number ends at `at` when it agrees with the entry's tail, else -1. */
export const tailFunction = (): WasmFunction => {
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
export const matchFunction = (): WasmFunction => {
  const [entry, at, end, shape, metric, behind] = [0, 1, 2, 3, 4, 5];
  return {
    name: 'match',
    parameters: ['i32', 'i32', 'i32'],
    locals: ['i32', 'i32', 'i32'],
    body: [
      set(shape, shapeOf(entry)),
      set(metric, metricOf(entry)),
      when(i32.not(i32.below(i32.add(get(at), headBytesOf(shape, metric)), get(end))), giveBack(none)),
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
export const findFunction = (): WasmFunction => {
  const [at, end, entry, next] = [0, 1, 2, 3];
  return {
    name: 'find',
    parameters: ['i32', 'i32'],
    locals: ['i32', 'i32'],
    body: [
      when(i32.above(i32.add(get(at), i32.of(memory.hashedBytes)), get(end)), giveBack(i32.of(0))),
      set(
        entry,
        i32.load(bucketOf(memory.bucketsAt, memory.bucketBits, call(hash, get(at), i32.of(memory.hashedBytes)))),
      ),
      asLongAs(
        get(entry),
        set(next, call(match, get(entry), get(at), get(end))),
        when(i32.eq(get(next), odd), giveBack(odd)),
        when(i32.ge(get(next), i32.of(0)), keep(told.found, get(next)), giveBack(get(entry))),
        set(entry, itemOf(memory.chainedOf, get(entry))),
      ),
      i32.of(0),
    ],
  };
};

/** The number of the metric whose name stands at `at`; 0 for an unknown one. */
export const nameFunction = (): WasmFunction => {
  const [at, bytes, metric, place] = [0, 1, 2, 3];
  return {
    name: 'name',
    parameters: ['i32', 'i32'],
    locals: ['i32', 'i32'],
    body: [
      set(metric, i32.load(bucketOf(memory.namesAt, memory.nameBits, call(hash, get(at), get(bytes))))),
      asLongAs(
        get(metric),
        set(place, i32.shl(get(metric), i32.of(3))),
        when(
          i32.eq(i32.load(get(place), memory.metricsAt + 4), get(bytes)),
          when(call(equal, i32.load(get(place), memory.metricsAt), get(at), get(bytes)), giveBack(get(metric))),
        ),
        set(metric, itemOf(memory.sameNameOf, get(metric))),
      ),
      i32.of(0),
    ],
  };
};

/**
 * The entry of a shape and a metric, whose row stands at `at`, from behind its time on. A new one gets the series.
 * It is found by its bytes where these are enough, and not too many entries have the same hash.
 */
export const entryFunction = (): WasmFunction => {
  const [shape, metric, series, at, found, bucket, length] = [0, 1, 2, 3, 4, 5, 6];
  const [shapeAt, metricAt] = [7, 8];
  return {
    name: 'entry',
    parameters: ['i32', 'i32', 'i32', 'i32'],
    locals: ['i32', 'i32', 'i32', 'i32', 'i32'],
    body: [
      set(found, itemOf(memory.newestOf, get(shape))),
      asLongAs(
        get(found),
        when(i32.eq(itemOf(memory.metricOf, get(found)), get(metric)), giveBack(get(found))),
        set(found, itemOf(memory.olderOf, get(found))),
      ),
      set(found, i32.add(int(told.entries), i32.of(1))),
      keep(told.entries, get(found)),
      setItem(memory.shapeOf, get(found), get(shape)),
      setItem(memory.metricOf, get(found), get(metric)),
      setItem(memory.seriesOf, get(found), get(series)),
      setItem(memory.followingOf, get(found), i32.of(0)),
      setItem(memory.olderOf, get(found), itemOf(memory.newestOf, get(shape))),
      setItem(memory.newestOf, get(shape), get(found)),
      set(shapeAt, shapeOf(found)),
      set(metricAt, metricOf(found)),
      when(i32.lt(headBytesOf(shapeAt, metricAt), i32.of(memory.hashedBytes)), giveBack(get(found))),
      set(bucket, bucketOf(memory.bucketsAt, memory.bucketBits, call(hash, get(at), i32.of(memory.hashedBytes)))),
      set(series, i32.load(get(bucket))),
      asLongAs(
        get(series),
        set(length, i32.add(get(length), i32.of(1))),
        when(i32.ge(get(length), i32.of(memory.longestChain)), giveBack(get(found))),
        set(series, itemOf(memory.chainedOf, get(series))),
      ),
      setItem(memory.chainedOf, get(found), i32.load(get(bucket))),
      i32.store(get(bucket), get(found)),
      get(found),
    ],
  };
};
