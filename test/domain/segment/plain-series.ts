import { type Samples, type Segment, type Series } from '../../../domain/segment/segment.js';

/** Every text of a series, which one that was decoded makes when asked, as an object to compare with another. */
export const plainSeries = (series: Series): Series => ({
  metric: series.metric,
  gpuIndex: series.gpuIndex,
  device: series.device,
  uuid: series.uuid,
  modelName: series.modelName,
  hostname: series.hostname,
  container: series.container,
  pod: series.pod,
  namespace: series.namespace,
  labels: series.labels,
  extra: series.extra,
});

export const plainSamples = (samples: Samples): Samples => ({ ...samples, series: samples.series.map(plainSeries) });

export const plainSegment = ({ header, samples }: Segment): Segment => ({ header, samples: plainSamples(samples) });
