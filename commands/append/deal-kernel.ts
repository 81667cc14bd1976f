import { createKernel, type Kernel } from '../../domain/wasm/kernel.js';
import { renumberFunction } from '../../domain/wasm/renumber-code.js';
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
 * Counts for each partition, at `counts`, its series and its events: of each series how many events there are stands at
 * `tally`, which subject it has at `subjectAt`, and the partition of a subject at `partitionAt`.
 */
const countFunction = (): WasmFunction => {
  const [tally, count, subjectAt, partitionAt, counts, end, place] = [0, 1, 2, 3, 4, 5, 6];
  return {
    name: 'count',
    parameters: ['i32', 'i32', 'i32', 'i32', 'i32'],
    locals: ['i32', 'i32'],
    body: [
      set(end, behind(tally, count)),
      asLongAs(
        i32.below(get(tally), get(end)),
        when(
          i32.load(get(tally)),
          set(place, i32.add(get(counts), i32.shl(i32.load(entry(partitionAt, i32.load(get(subjectAt)))), i32.of(3)))),
          increment(get(place)),
          i32.store(get(place), i32.add(i32.load(get(place), 4), i32.load(get(tally))), 4),
        ),
        forward(tally, 4),
        forward(subjectAt, 4),
      ),
      nothing,
    ],
  };
};

/**
 * Lists the series that have events by partition: at `cursors` stands for each where in the lists its next series goes,
 * and which number that has there. The lists say of each its number, its metric and its subject. Puts the destinations
 * for `deal`, in front of the addresses at `next`.
 */
const listFunction = (): WasmFunction => {
  const [tally, count, subjectAt, metricAt, partitionAt, cursors] = [0, 1, 2, 3, 4, 5];
  const [next, destinations, numbersTo, metricsTo, subjectsTo] = [6, 7, 8, 9, 10];
  const [number, subject, partition, cursor, place] = [11, 12, 13, 14, 15];
  return {
    name: 'list',
    parameters: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
    locals: ['i32', 'i32', 'i32', 'i32', 'i32'],
    body: [
      asLongAs(
        i32.below(get(number), get(count)),
        when(
          i32.load(entry(tally, get(number))),
          set(subject, i32.load(entry(subjectAt, get(number)))),
          set(partition, i32.load(entry(partitionAt, get(subject)))),
          set(cursor, i32.add(get(cursors), i32.shl(get(partition), i32.of(3)))),
          i32.store(get(destinations), entry(next, get(partition))),
          i32.store(get(destinations), i32.load(get(cursor), 4), 4),
          set(place, i32.load(get(cursor))),
          i32.store(entry(numbersTo, get(place)), get(number)),
          i32.store(entry(metricsTo, get(place)), i32.load(entry(metricAt, get(number)))),
          i32.store(entry(subjectsTo, get(place)), get(subject)),
          i32.store(get(cursor), i32.add(get(place), i32.of(1))),
          i32.store(get(cursor), i32.add(i32.load(get(cursor), 4), i32.of(1)), 4),
        ),
        set(number, i32.add(get(number), i32.of(1))),
        forward(destinations, 8),
      ),
      nothing,
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
  count(tally: number, count: number, subjectAt: number, partitionAt: number, counts: number): void;
  list(
    tally: number,
    count: number,
    subjectAt: number,
    metricAt: number,
    partitionAt: number,
    cursors: number,
    next: number,
    destinations: number,
    numbersTo: number,
    metricsTo: number,
    subjectsTo: number,
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
  (kernel ??= createKernel<DealCode>([
    tallyFunction(),
    dealFunction(),
    countFunction(),
    listFunction(),
    renumberFunction(),
  ]));
