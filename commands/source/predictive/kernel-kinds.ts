import * as memory from './kernel-memory.js';
import { bucketOf, entryOf, int, keep, setItem } from './kernel-entries.js';
import { equal, hash, none, number } from './kernel-texts.js';
import {
  asLongAs,
  call,
  type Code,
  copy,
  fillBytes,
  get,
  giveBack,
  i32,
  set,
  type WasmFunction,
  when,
  whenElse,
} from '../../../domain/wasm/wasm-code.js';

/*
 * How the kernel knows the first row of a subject: by its kind (see `row-kind.ts`). A kind is a row cut into texts that
 * all rows of the kind have, and what differs between and in them: the metric, the number, and columns that the labels
 * repeat. A column that differs is taken as it stands where it comes first, and must be the same wherever it comes again.
 */

export const [fit, meet] = [8, 9];
const { told } = memory;
const nothing = giveBack(i32.of(0));

/** The address behind the row, which begins at `at` behind its time, when it fits the kind; else -1. */
export const fitFunction = (): WasmFunction => {
  const [kind, at, end, from, to, item, follows, length, hole] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const pass = (address: Code): Code => [
    when(i32.above(i32.add(get(at), get(length)), get(end)), giveBack(none)),
    when(i32.not(call(equal, address, get(at), get(length))), giveBack(none)),
    set(at, i32.add(get(at), get(length))),
  ];
  const read = (): Code => [
    keep(told.valueStart, get(at)),
    set(at, call(number, get(at), get(end))),
    when(i32.lt(get(at), i32.of(0)), giveBack(none)),
    keep(told.valueEnd, get(at)),
  ];
  const isGoingOn = i32.and(
    i32.below(get(length), i32.of(memory.longestName + 1)),
    i32.and(
      i32.below(i32.add(get(at), get(length)), get(end)),
      i32.byte(i32.byte(i32.add(get(at), get(length))), memory.plainAt),
    ),
  );
  const take = (): Code => [
    set(length, i32.of(0)),
    asLongAs(isGoingOn, set(length, i32.add(get(length), i32.of(1)))),
    when(i32.not(get(length)), giveBack(none)),
    when(i32.above(get(length), i32.of(memory.longestName)), giveBack(none)),
    i32.store(get(hole), get(at)),
    i32.store(get(hole), get(length), 4),
    set(at, i32.add(get(at), get(length))),
  ];
  return {
    name: 'fit',
    parameters: ['i32', 'i32', 'i32', 'i32', 'i32'],
    locals: ['i32', 'i32', 'i32', 'i32'],
    body: [
      fillBytes(i32.of(memory.holesAt), i32.of(0), i32.of(memory.holeBytes)),
      keep(memory.holesAt, get(from)),
      keep(memory.holesAt + 4, i32.sub(get(to), get(from))),
      keep(told.again, i32.of(0)),
      set(item, i32.add(i32.of(memory.kindsAt), i32.mul(get(kind), i32.of(memory.mostItems * memory.itemBytes)))),
      asLongAs(
        i32.of(1),
        set(length, i32.load(get(item), 4)),
        pass(i32.load(get(item))),
        set(follows, i32.load(get(item), 8)),
        when(i32.eq(get(follows), i32.of(memory.nothingFollows)), giveBack(get(at))),
        whenElse(
          i32.eq(get(follows), i32.of(memory.valueFollows)),
          [read()],
          [
            set(hole, i32.add(i32.of(memory.holesAt), i32.shl(get(follows), i32.of(3)))),
            set(length, i32.load(get(hole), 4)),
            when(i32.not(get(follows)), when(i32.above(get(at), get(to)), keep(told.again, get(at)))),
            whenElse(get(length), [pass(i32.load(get(hole)))], [take()]),
          ],
        ),
        set(item, i32.add(get(item), i32.of(memory.itemBytes))),
      ),
      none,
    ],
  };
};

/**
 * The new entry of a new subject, whose row stands at `at` behind its time and fits a kind; 0 for none. The metric, which
 * is known, stands from `from` to `to`. `found` is told; the series is given as in `recognise`.
 */
export const meetFunction = (): WasmFunction => {
  const [at, limit, end, from, to, metric, tried, kind, next, shape] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const [place, textAt, bucket] = [10, 11, 12];
  const textsEnd = memory.textsAt + memory.textBytes;
  const putText = (text: number, start: Code, behind: Code): Code => [
    i32.store(get(place), get(textAt), 8 * text),
    i32.store(get(place), i32.sub(behind, start), 8 * text + 4),
    copy(get(textAt), start, i32.sub(behind, start)),
    set(textAt, i32.add(get(textAt), i32.sub(behind, start))),
  ];
  const met = (table: number, bytes: number): Code =>
    i32.add(i32.of(table), i32.mul(i32.and(get(shape), i32.of(memory.mostRows - 1)), i32.of(bytes)));
  const again = int(told.again);
  return {
    name: 'meet',
    parameters: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
    locals: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
    body: [
      set(shape, i32.add(int(told.shapes), i32.of(1))),
      when(i32.ge(get(shape), i32.of(memory.mostShapes)), nothing),
      set(textAt, i32.add(i32.of(memory.textsAt), int(told.textsUsed))),
      when(i32.above(i32.add(get(textAt), i32.of(memory.longestRow + 64)), i32.of(textsEnd)), nothing),
      set(kind, int(told.kind)),
      set(next, none),
      asLongAs(
        i32.and(i32.lt(get(next), i32.of(0)), i32.lt(get(tried), int(told.kinds))),
        when(get(tried), set(kind, i32.add(get(kind), i32.of(1)))),
        when(i32.ge(get(kind), int(told.kinds)), set(kind, i32.of(0))),
        set(next, call(fit, get(kind), get(at), get(end), get(from), get(to))),
        set(tried, i32.add(get(tried), i32.of(1))),
      ),
      when(i32.lt(get(next), i32.of(0)), nothing),
      when(i32.above(get(next), get(limit)), nothing),
      when(i32.above(i32.sub(get(next), get(at)), i32.of(memory.longestRow)), nothing),
      when(i32.lt(i32.sub(int(told.valueStart), get(to)), i32.of(memory.shapeHashBytes)), nothing),
      keep(told.kind, get(kind)),
      keep(told.found, get(next)),
      keep(told.shapes, get(shape)),
      set(place, i32.add(i32.of(memory.shapesAt), i32.mul(get(shape), i32.of(memory.shapeBytes)))),
      putText(0, get(at), get(from)),
      putText(1, get(to), int(told.valueStart)),
      whenElse(
        again,
        [putText(2, int(told.valueEnd), again), putText(3, i32.add(again, i32.sub(get(to), get(from))), get(next))],
        [putText(2, int(told.valueEnd), get(next)), i32.store(get(place), none, 28)],
      ),
      keep(told.textsUsed, i32.sub(get(textAt), i32.of(memory.textsAt))),
      set(bucket, bucketOf(memory.alikeAt, memory.alikeBits, call(hash, get(to), i32.of(memory.shapeHashBytes)))),
      setItem(memory.olderShapeOf, get(shape), i32.load(get(bucket))),
      i32.store(get(bucket), get(shape)),
      setItem(memory.hasSubject, get(shape), i32.of(1)),
      setItem(memory.newestOf, get(shape), i32.of(0)),
      i32.store(met(memory.metKindAt, 4), get(kind)),
      copy(met(memory.metHolesAt, memory.holeBytes), i32.of(memory.holesAt), i32.of(memory.holeBytes)),
      call(entryOf, get(shape), get(metric), i32.sub(i32.of(0), i32.add(int(told.entries), i32.of(1))), get(at)),
    ],
  };
};
