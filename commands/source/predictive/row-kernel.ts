import { isWebAssemblyMissing } from '../../../domain/wasm/missing.js';
import { isPlain } from './plain-byte.js';
import * as memory from './kernel-memory.js';
import {
  entryFunction,
  find,
  findFunction,
  int,
  itemOf,
  keep,
  match,
  matchFunction,
  nameFunction,
  odd,
  setItem,
  tailFunction,
} from './kernel-entries.js';
import { fitFunction, meetFunction } from './kernel-kinds.js';
import { recogniseFunction } from './kernel-recognition.js';
import { equal, equalFunction, hashFunction, isByte, none, numberFunction } from './kernel-texts.js';
import {
  asLongAs,
  call,
  f64,
  get,
  i32,
  leave,
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

const recognise = 10;
const { told } = memory;

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
        when(get(last), set(entry, itemOf(memory.followingOf, get(last)))),
        when(get(entry), set(next, call(match, get(entry), get(behind), get(end)))),
        when(i32.eq(get(next), odd), leave(2)),
        whenElse(
          isGuessed,
          [],
          [
            set(entry, call(find, get(behind), get(end))),
            when(i32.not(get(entry)), set(entry, call(recognise, get(behind), get(limit), get(end)))),
            when(i32.le(get(entry), i32.of(0)), leave(3)),
            set(next, int(told.found)),
          ],
        ),
        when(i32.above(get(next), get(limit)), leave(2)),
        i32.store(i32.shl(get(rows), i32.of(2)), itemOf(memory.seriesOf, get(entry)), memory.rowSeriesAt),
        f64.store(i32.shl(get(rows), i32.of(3)), f64.load(i32.of(told.value)), memory.rowValuesAt),
        set(rows, i32.add(get(rows), i32.of(1))),
        when(get(last), setItem(memory.followingOf, get(last), get(entry))),
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
  /** The same as bytes, and as whole numbers. */
  readonly bytes: Buffer;
  readonly ints: Int32Array;
  equal(a: number, b: number, length: number): number;
  hash(at: number, bytes: number): number;
  number(at: number, end: number): number;
  tail(entry: number, at: number, end: number): number;
  name(at: number, bytes: number): number;
  entry(shape: number, metric: number, series: number, at: number): number;
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
  nameFunction,
  entryFunction,
  fitFunction,
  meetFunction,
  recogniseFunction,
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
  const plain = new Uint8Array(wasm.buffer, memory.plainAt, 256);
  for (let byte = 0; byte < plain.length; byte++) plain[byte] = isPlain(byte) ? 1 : 0;
  const room = { memory: wasm.buffer, bytes: Buffer.from(wasm.buffer), ints: new Int32Array(wasm.buffer) };
  return { ...room, ...(exports as unknown as Omit<RowKernel, keyof typeof room>) };
};

/** A kernel with a memory of its own; undefined on a machine that has none, where rows are read the plain way. */
export const createRowKernel = (): RowKernel | undefined => {
  try {
    return instantiate();
  } catch (error) {
    if (isWebAssemblyMissing(error)) return undefined;
    throw error;
  }
};
