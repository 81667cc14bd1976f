import * as memory from './kernel-memory.js';
import { bucketOf, entryOf, int, itemOf, keep, match, nameOf, odd, setItem } from './kernel-entries.js';
import { meet } from './kernel-kinds.js';
import { hash, isByte } from './kernel-texts.js';
import { asLongAs, call, get, giveBack, i32, set, type WasmFunction, when } from '../../../domain/wasm/wasm-code.js';

/*
 * How the kernel knows the first row of a series: by a metric and a subject that it knows, or by a metric and a kind of
 * subject (see `kernel-kinds.ts`). The metric must be the field behind the time, and the texts behind it are looked up by
 * as many bytes as tell subjects apart.
 */

const { told } = memory;
const [quote, comma] = [0x22, 0x2c];
/** The separator, its quotes and one letter. */
const leastBytes = 5;

/**
 * The new entry that the row agrees with, whose time ends at `at`; 0 for none. `found` is told. Its series is not known
 * yet: it is given as the entry's number, below zero.
 */
export const recogniseFunction = (): WasmFunction => {
  const [at, limit, end, from, to, isQuoted, metric, shape, tried, next] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const nothing = giveBack(i32.of(0));
  const candidate = i32.add(int(told.entries), i32.of(1));
  const isNameGoingOn = i32.and(
    i32.below(get(to), i32.add(get(from), i32.of(memory.longestName))),
    i32.and(
      i32.below(get(to), i32.sub(get(end), i32.of(memory.shapeHashBytes))),
      i32.byte(i32.byte(get(to)), memory.plainAt),
    ),
  );
  return {
    name: 'recognise',
    parameters: ['i32', 'i32', 'i32'],
    locals: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
    body: [
      when(i32.ge(candidate, i32.of(memory.mostEntries)), nothing),
      when(i32.above(i32.add(get(at), i32.of(leastBytes + memory.shapeHashBytes)), get(end)), nothing),
      set(from, i32.add(get(at), isByte(get(at), quote))),
      when(i32.not(isByte(get(from), comma)), nothing),
      set(isQuoted, isByte(i32.add(get(from), i32.of(1)), quote)),
      set(from, i32.add(get(from), i32.add(get(isQuoted), i32.of(1)))),
      set(to, get(from)),
      asLongAs(isNameGoingOn, set(to, i32.add(get(to), i32.of(1)))),
      when(i32.ne(i32.byte(get(to)), i32.sub(i32.of(comma), i32.mul(get(isQuoted), i32.of(comma - quote)))), nothing),
      set(metric, call(nameOf, get(from), i32.sub(get(to), get(from)))),
      when(i32.not(get(metric)), nothing),
      set(
        shape,
        i32.load(bucketOf(memory.alikeAt, memory.alikeBits, call(hash, get(to), i32.of(memory.shapeHashBytes)))),
      ),
      asLongAs(
        i32.and(i32.ne(get(shape), i32.of(0)), i32.lt(get(tried), i32.of(memory.mostAlike))),
        set(tried, i32.add(get(tried), i32.of(1))),
        when(
          itemOf(memory.hasSubject, get(shape)),
          // It is one as soon as it agrees: an entry behind the last is nobody's.
          setItem(memory.shapeOf, candidate, get(shape)),
          setItem(memory.metricOf, candidate, get(metric)),
          set(next, call(match, candidate, get(at), get(end))),
          when(i32.eq(get(next), odd), keep(told.oddAt, i32.of(0))),
          when(i32.above(get(next), get(limit)), set(next, i32.of(0))),
          when(
            i32.gt(get(next), i32.of(0)),
            keep(told.found, get(next)),
            giveBack(call(entryOf, get(shape), get(metric), i32.sub(i32.of(0), candidate), get(at))),
          ),
        ),
        set(shape, itemOf(memory.olderShapeOf, get(shape))),
      ),
      call(meet, get(at), get(limit), get(end), get(from), get(to), get(metric)),
    ],
  };
};
