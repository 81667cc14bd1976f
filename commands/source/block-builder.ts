import { type ObservedTime } from '../../domain/segment/segment.js';
import { type SeriesList } from '../../domain/segment/series-list.js';
import { type ReadBlock, type RejectedRecord } from './read-block.js';
import { type EventSink } from './row-form.js';

const firstCapacity = 512;

const grown = <A extends Uint32Array | Float64Array>(column: A, fresh: (length: number) => A): A => {
  const larger = fresh(column.length * 2);
  larger.set(column);
  return larger;
};

export interface BlockEnd {
  readonly to: number;
  readonly nextRow: number;
  readonly drained: boolean;
  readonly newBytes: number;
}

/** Room for a block's columns, used block after block. */
export class ColumnRoom {
  seriesAt = new Uint32Array(firstCapacity);
  timeAt = new Uint32Array(firstCapacity);
  values = new Float64Array(firstCapacity);

  grow(): void {
    this.seriesAt = grown(this.seriesAt, (length) => new Uint32Array(length));
    this.timeAt = grown(this.timeAt, (length) => new Uint32Array(length));
    this.values = grown(this.values, (length) => new Float64Array(length));
  }
}

/** Collects the rows of one block as columns. A class, because its `event` is the innermost step of all reading. */
export class BlockBuilder implements EventSink {
  rows = 0;
  readonly rejected: RejectedRecord[] = [];
  #events = 0;
  #seriesAt: Uint32Array;
  #timeAt: Uint32Array;
  #values: Float64Array;
  readonly #times: ObservedTime[] = [];
  readonly #places = new Map<string, number>();
  readonly #texts = new Map<number, string>();
  #observed: ObservedTime | undefined;
  #text = '';
  /** Of `#observed` in `#times`; below zero as long as no event has that time. */
  #time = -1;

  /** @param room of no other builder from now on */
  constructor(
    private readonly from: number,
    private readonly room: ColumnRoom,
  ) {
    this.#seriesAt = room.seriesAt;
    this.#timeAt = room.timeAt;
    this.#values = room.values;
  }

  /** The time of the first event; undefined before it. */
  get firstTime(): ObservedTime | undefined {
    return this.#times[0];
  }

  /** The series of the last event. */
  get lastSeries(): number {
    return this.#seriesAt[this.#events - 1]!;
  }

  /** The time of the rows whose events come next, and its text. */
  setTime(observed: ObservedTime, text: string): void {
    this.#observed = observed;
    this.#text = text;
    this.#time = this.#places.get(text) ?? -1;
  }

  event(series: number, value: number, text: string | undefined): void {
    const at = this.#events;
    if (at === this.#values.length) this.#grow();
    if (this.#time < 0) this.#addTime();
    this.#seriesAt[at] = series;
    this.#timeAt[at] = this.#time;
    this.#values[at] = value;
    if (text !== undefined) this.#texts.set(at, text);
    this.#events = at + 1;
  }

  /** Rows of the time that was set, each with one event. */
  readRows(series: Int32Array, values: Float64Array): void {
    const { length } = values;
    if (length === 0) return;
    while (this.#events + length > this.#values.length) this.#grow();
    if (this.#time < 0) this.#addTime();
    this.#seriesAt.set(series, this.#events);
    this.#timeAt.fill(this.#time, this.#events, this.#events + length);
    this.#values.set(values, this.#events);
    this.#events += length;
    this.rows += length;
  }

  /** A row with one event. */
  readRow(series: number, value: number, text: string | undefined): void {
    this.event(series, value, text);
    this.rows += 1;
  }

  finish({ to, nextRow, drained, newBytes }: BlockEnd, series: SeriesList): ReadBlock {
    const events = this.#events;
    return {
      series,
      newBytes,
      times: this.#times,
      seriesAt: this.#seriesAt.slice(0, events),
      timeAt: this.#timeAt.slice(0, events),
      values: this.#values.slice(0, events),
      texts: this.#texts,
      rejected: this.rejected,
      from: this.from,
      to,
      rows: this.rows,
      nextRow,
      drained,
    };
  }

  #addTime(): void {
    this.#time = this.#times.push(this.#observed!) - 1;
    this.#places.set(this.#text, this.#time);
  }

  #grow(): void {
    this.room.grow();
    this.#seriesAt = this.room.seriesAt;
    this.#timeAt = this.room.timeAt;
    this.#values = this.room.values;
  }
}
