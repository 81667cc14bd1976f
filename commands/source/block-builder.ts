import { type ObservedTime, type Series } from '../../domain/segment/segment.js';
import { type ReadBlock, type RejectedRecord } from './read-block.js';
import { type EventSink } from './row-form.js';

const grown = <A extends Uint32Array | Float64Array>(column: A, fresh: (length: number) => A): A => {
  const larger = fresh(column.length * 2);
  larger.set(column);
  return larger;
};

/** Collects the rows of one block as columns. */
export interface BlockBuilder extends EventSink {
  /** The time of the row whose events come next, and its text. */
  startRow(time: ObservedTime, text: string): void;
  /** A row is done: its events are here, or it was rejected. */
  endRow(rejected?: RejectedRecord): void;
  readonly rows: number;
  readonly rejectedCount: number;
  /** The time of the first event; undefined before it. */
  readonly firstTime: ObservedTime | undefined;
  finish(end: BlockEnd, series: readonly Series[]): ReadBlock;
}

export interface BlockEnd {
  readonly to: number;
  readonly nextRow: number;
  readonly drained: boolean;
}

export const createBlockBuilder = (from: number): BlockBuilder => {
  let [seriesAt, timeAt, values] = [new Uint32Array(256), new Uint32Array(256), new Float64Array(256)];
  let [events, rows] = [0, 0];
  let row: { readonly observed: ObservedTime; readonly text: string } | undefined;
  let time: number | undefined;
  const times: ObservedTime[] = [];
  const places = new Map<string, number>();
  const texts = new Map<number, string>();
  const rejected: RejectedRecord[] = [];
  return {
    get rows() {
      return rows;
    },
    get rejectedCount() {
      return rejected.length;
    },
    get firstTime() {
      return times[0];
    },
    startRow: (observed, text) => {
      row = { observed, text };
      time = places.get(text);
    },
    event: (series, value, text) => {
      if (events === values.length) {
        seriesAt = grown(seriesAt, (length) => new Uint32Array(length));
        timeAt = grown(timeAt, (length) => new Uint32Array(length));
        values = grown(values, (length) => new Float64Array(length));
      }
      if (time === undefined) {
        time = times.push(row!.observed) - 1;
        places.set(row!.text, time);
      }
      [seriesAt[events], timeAt[events], values[events]] = [series, time, value];
      if (text !== undefined) texts.set(events, text);
      events += 1;
    },
    endRow: (refused) => {
      rows += 1;
      if (refused !== undefined) rejected.push(refused);
    },
    finish: ({ to, nextRow, drained }, series) => ({
      series,
      times,
      seriesAt: seriesAt.subarray(0, events),
      timeAt: timeAt.subarray(0, events),
      values: values.subarray(0, events),
      texts,
      rejected,
      from,
      to,
      rows,
      nextRow,
      drained,
    }),
  };
};
