import { type Samples, type Segment } from '../../../domain/segment/segment.js';
import { plainSeries } from './plain-series.js';

/** What a vector's JSON holds: numbers that JSON would change (64-bit ones, -0) are texts. */
export const samplesText = (samples: Samples): unknown => ({
  series: samples.series.map(plainSeries),
  times: samples.times.map(({ at, text }) => ({ at: String(at), ...(text === undefined ? {} : { text }) })),
  seriesAt: [...samples.seriesAt],
  timeAt: [...samples.timeAt],
  values: Array.from(samples.values, (value) => (Object.is(value, -0) ? '-0' : String(value))),
  texts: Object.fromEntries(samples.texts),
});

export const segmentText = ({ header, samples }: Segment): unknown => ({
  header: { ...header, claim: String(header.claim), appendedAt: String(header.appendedAt) },
  samples: samplesText(samples),
});
