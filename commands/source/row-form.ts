import * as t from 'io-ts';
import { GpuUuid, Hostname, MetricName } from '../../domain/ids.js';
import { Instant } from '../../domain/instant.js';
import { type Series } from '../../domain/segment/segment.js';
import { Decimal } from './decimal.js';
import { accepting } from './reasons.js';
import { type SourceForm } from './source.js';

/** Where a row's events go. */
export interface EventSink {
  /** @param text where `String(value)` does not give back what the source wrote */
  event(series: number, value: number, text: string | undefined): void;
}

/** Numbers for series by their text; see `ReadBlock.series`. */
export interface SeriesNumbers {
  /** The number of the series known by this text; undefined for a new one. */
  find(key: string): number | undefined;
  add(key: string, series: Series): number;
}

/** How the rows under one header become events. */
export interface RowForm {
  readonly form: SourceForm;
  /** The names in the header line, in its order. */
  readonly columns: readonly string[];
  /** The place of the column `timestamp`. */
  readonly timeColumn: number;
  /** The place of the column `value`; undefined in the wide form, which has several. */
  readonly valueColumn: number | undefined;
  /**
   * Hands the events of a row with a good time and the right number of fields to the sink; or hands over nothing and
   * returns false, and `reasonsAgainst` tells why.
   */
  read(fields: readonly string[], numbers: SeriesNumbers, sink: EventSink): boolean;
  /** Everything that is wrong with a row of the right number of fields, its time included. */
  reasonsAgainst(fields: readonly string[]): readonly string[];
}

/** What a row's checked columns accept. Columns that are not named here take any text. */
export const cells = {
  time: accepting(Instant, 'RFC 3339 with up to nine digits of fraction, or YYYY-MM-DD hh:mm:ss in UTC'),
  metric: accepting(MetricName, 'a metric name of 1 to 255 characters'),
  uuid: accepting(GpuUuid, 'a GPU UUID of 1 to 255 characters'),
  hostname: accepting(Hostname, 'a host name of 1 to 255 characters'),
  value: Decimal,
  text: t.string,
};

export const valueText = (value: number, text: string): string | undefined =>
  String(value) === text ? undefined : text;

/** The columns that belong to no field of ours, with their places in the header. */
export const extraColumns = (
  columns: readonly string[],
  known: ReadonlySet<number>,
): readonly (readonly [string, number])[] =>
  columns.map((name, place) => [name, place] as const).filter(([, place]) => !known.has(place));
