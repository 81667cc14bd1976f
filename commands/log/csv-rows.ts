import { formatInstant } from '../../domain/instant.js';
import { type Segment, type Series } from '../../domain/segment/segment.js';
import { type EventFilter } from './event-filter.js';

/** How events become the rows of one CSV file. */
export interface CsvForm {
  /** The names of the header line. */
  readonly columns: readonly string[];
  /** The rows of a segment's events that pass a filter: the fields of each, in the order of the columns. */
  rows(segment: Segment, filter: EventFilter): Generator<readonly string[], void, undefined>;
}

/** A column that is the same for all events of a series. */
export type TextOf = (series: Series) => string;

export const extraText = (name: string): TextOf => {
  return ({ extra }) => extra.find(([known]) => known === name)?.[1] ?? '';
};

/** Of each of a segment's times, the text that the source wrote. */
export const timesOf = ({ samples }: Segment): readonly string[] =>
  samples.times.map(({ at, text }) => text ?? formatInstant(at));

export const valueText = ({ samples }: Segment, place: number): string =>
  samples.texts.get(place) ?? String(samples.values[place]!);
