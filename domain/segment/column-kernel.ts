import { createKernel, type Kernel } from '../wasm/kernel.js';
import { renumberFunction } from '../wasm/renumber-code.js';
import * as planes from './plane-code.js';
import { runsFunction, varintFunction } from './run-code.js';
import { uuidsFunction } from './uuid-code.js';
import * as values from './value-code.js';

/** The loops over the events of a segment; addresses are in bytes. Beside each file of code stands who uses it. */
export interface ColumnCode {
  runs(at: number, count: number, out: number): number;
  whole(at: number, count: number): void;
  width(at: number, count: number): number;
  planes(at: number, count: number, planes: number, out: number): void;
  spread(at: number, count: number, counts: number): number;
  aboveLeast(at: number, count: number, least: number): number;
  bits(at: number, count: number, width: number, out: number): number;
  splitZeros(at: number, count: number, marks: number): void;
  doubles(at: number, count: number, to: number): number;
  order(at: number, count: number, starts: number, bound: number): void;
  through(at: number, count: number, table: number): void;
  scatter(at: number, count: number, places: number, to: number): void;
  digits(at: number, end: number): number;
  integers(values: number, starts: number, series: number, power: number, firsts: number, rest: number): number;
  renumber(at: number, count: number, known: number, used: number): number;
  uuids(at: number, count: number, stride: number, before: number, out: number): number;
}

export type ColumnKernel = Kernel<ColumnCode>;

const functions = () => [
  varintFunction(),
  runsFunction(0),
  planes.wholeFunction(),
  planes.widthFunction(),
  planes.planesFunction(),
  planes.spreadFunction(),
  planes.aboveLeastFunction(),
  planes.bitsFunction(),
  planes.splitZerosFunction(),
  planes.doublesFunction(),
  values.orderFunction(),
  values.throughFunction(),
  values.scatterFunction(),
  values.digitsFunction(),
  values.integersFunction(),
  renumberFunction(),
  uuidsFunction(),
];
let kernel: ColumnKernel | undefined;

/**
 * The one of this thread. Whoever writes a column clears its room and leaves nothing in it.
 *
 * @throws Error that says what to do on a machine that runs no WebAssembly
 */
export const columnKernel = (): ColumnKernel => (kernel ??= createKernel<ColumnCode>(functions()));
