import { type SourceId } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type Segment } from '../../domain/segment/segment.js';

/** Which events to give back; what is not said takes all. */
export interface EventFilter {
  /** Sources by their ids; none named takes all. */
  readonly source?: readonly SourceId[] | undefined;
  /** How often the source had been streamed before: 0 is the first pass. */
  readonly pass?: number | undefined;
  readonly hostname?: string | undefined;
  /** By its DCGM name. */
  readonly metric?: string | undefined;
  /** Of the observation, both inclusive. */
  readonly start?: Instant | undefined;
  readonly end?: Instant | undefined;
}

/** Whether a segment's source and pass are asked for: known from its header, without inflating its events. */
export const passesHeader = (
  { source, pass }: EventFilter,
  header: Pick<Segment['header'], 'source' | 'pass'>,
): boolean =>
  (source === undefined || source.length === 0 || source.includes(header.source)) &&
  (pass === undefined || pass === header.pass);

/** The places of a segment's events that pass, in their order. */
export function* placesPassing({ header, samples }: Segment, filter: EventFilter): Generator<number, void, undefined> {
  if (!passesHeader(filter, header)) return;
  const { hostname, metric, start, end } = filter;
  const series = samples.series.map(
    (one) => (hostname === undefined || hostname === one.hostname) && (metric === undefined || metric === one.metric),
  );
  const times = samples.times.map(({ at }) => (start === undefined || at >= start) && (end === undefined || at <= end));
  for (let place = 0; place < samples.values.length; place++) {
    if (series[samples.seriesAt[place]!] && times[samples.timeAt[place]!]) yield place;
  }
}
