import { createKernel, type Kernel } from '../../domain/wasm/kernel.js';
import { asLongAs, type Code, f64, get, i32, set, type WasmFunction, when } from '../../domain/wasm/wasm-code.js';

/*
 * The loops over the events of a batch that deal them to their partitions, in WebAssembly; see `columns.ts`. Numbers
 * have 32 bits, values 64.
 */

const forward = (at: number, bytes: number): Code => set(at, i32.add(get(at), i32.of(bytes)));
const behind = (at: number, count: number): Code => i32.add(get(at), i32.shl(get(count), i32.of(2)));
const entry = (table: number, number: Code): Code => i32.add(get(table), i32.shl(number, i32.of(2)));
const increment = (address: Code): Code => i32.store(address, i32.add(i32.load(address), i32.of(1)));
const nothing = i32.of(0);

/** Adds to `tally` how often each of the numbers at `at` occurs. */
const tallyFunction = (): WasmFunction => {
  const [at, count, tally, end] = [0, 1, 2, 3];
  return {
    name: 'tally',
    parameters: ['i32', 'i32', 'i32'],
    locals: ['i32'],
    body: [
      set(end, behind(at, count)),
      asLongAs(i32.below(get(at), get(end)), increment(entry(tally, i32.load(get(at)))), forward(at, 4)),
      nothing,
    ],
  };
};

/**
 * Deals events to the places of their partitions, and leaves for each its place where its time stood. `destinations` says
 * of each series, by its number, at which address the place of the next event of its partition stands, and then which
 * number the series has there; `timeNumbers` which number each time has in the batch.
 */
const dealFunction = (): WasmFunction => {
  const [series, times, values, count] = [0, 1, 2, 3];
  const [destinations, timeNumbers, seriesTo, timesTo, valuesTo] = [4, 5, 6, 7, 8];
  const [end, destination, place] = [9, 10, 11];
  return {
    name: 'deal',
    parameters: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
    locals: ['i32', 'i32', 'i32'],
    body: [
      set(end, behind(series, count)),
      asLongAs(
        i32.below(get(series), get(end)),
        set(destination, i32.add(get(destinations), i32.shl(i32.load(get(series)), i32.of(3)))),
        set(place, i32.load(i32.load(get(destination)))),
        increment(i32.load(get(destination))),
        i32.store(entry(seriesTo, get(place)), i32.load(get(destination), 4)),
        i32.store(entry(timesTo, get(place)), i32.load(entry(timeNumbers, i32.load(get(times))))),
        f64.store(i32.add(get(valuesTo), i32.shl(get(place), i32.of(3))), f64.load(get(values))),
        i32.store(get(times), get(place)),
        forward(series, 4),
        forward(times, 4),
        forward(values, 8),
      ),
      nothing,
    ],
  };
};

/**
 * Numbers anew what the numbers at `at` stand for, in the order in which they first come: `used` then says which number
 * each new one had. Gives back how many there are. `known` has a zero for every number, and has it again at the end.
 */
const renumberFunction = (): WasmFunction => {
  const [at, count, known, used, end, to, place, number] = [0, 1, 2, 3, 4, 5, 6, 7];
  return {
    name: 'renumber',
    parameters: ['i32', 'i32', 'i32', 'i32'],
    locals: ['i32', 'i32', 'i32', 'i32'],
    body: [
      set(end, behind(at, count)),
      set(to, get(used)),
      asLongAs(
        i32.below(get(at), get(end)),
        set(place, entry(known, i32.load(get(at)))),
        set(number, i32.load(get(place))),
        when(
          i32.not(get(number)),
          i32.store(get(to), i32.load(get(at))),
          forward(to, 4),
          set(number, i32.shr(i32.sub(get(to), get(used)), i32.of(2))),
          i32.store(get(place), get(number)),
        ),
        i32.store(get(at), i32.sub(get(number), i32.of(1))),
        forward(at, 4),
      ),
      set(number, i32.shr(i32.sub(get(to), get(used)), i32.of(2))),
      asLongAs(
        i32.below(get(used), get(to)),
        i32.store(entry(known, i32.load(get(used))), i32.of(0)),
        forward(used, 4),
      ),
      get(number),
    ],
  };
};

/** Addresses are in bytes. */
export interface DealCode {
  tally(at: number, count: number, tally: number): void;
  deal(
    series: number,
    times: number,
    values: number,
    count: number,
    destinations: number,
    timeNumbers: number,
    seriesTo: number,
    timesTo: number,
    valuesTo: number,
  ): void;
  renumber(at: number, count: number, known: number, used: number): number;
}

let kernel: Kernel<DealCode> | undefined;

/**
 * The one of this thread, for one batch after another.
 *
 * @throws Error that says what to do on a machine that runs no WebAssembly
 */
export const dealKernel = (): Kernel<DealCode> =>
  (kernel ??= createKernel<DealCode>([tallyFunction(), dealFunction(), renumberFunction()]));
