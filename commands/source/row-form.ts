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

/** Numbers for series, found by a hash of their text and then compared; see `ReadBlock.series`. */
export interface SeriesNumbers {
  /** The number of the series of this hash that is the same; undefined for a new one. */
  find(hash: number, isSame: (series: Series) => boolean): number | undefined;
  add(hash: number, series: Series): number;
}

/** FNV-1a over the characters of some of a row's fields, with the field's end in it. */
export const hashOf = (fields: readonly string[], places: readonly number[]): number => {
  let hash = 0x811c9dc5;
  for (const place of places) {
    const text = fields[place]!;
    for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    hash = Math.imul(hash ^ 0xffff, 0x01000193);
  }
  return hash;
};

export const noExtra: Series['extra'] = [];

/** How the rows under one header become events. */
export interface RowForm {
  readonly form: SourceForm;
  /** The names in the header line, in its order. */
  readonly columns: readonly string[];
  /** The place of the column `timestamp`. */
  readonly timeColumn: number;
  /** The place of the column `value`; undefined in the wide form, which has several. */
  readonly valueColumn: number | undefined;
  /** The places of the metric's name and of the labels, where rows have them. */
  readonly metricColumn?: number;
  readonly labelsColumn?: number;
  /** The places of the columns that labels repeat, by the number of their hole (see `label-template.ts`). */
  readonly repeatedColumns?: readonly number[];
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
