import { type ClusterId, type GpuUuid, type Hostname, type MetricName, type SourceId } from '../ids.js';
import { type Instant } from '../instant.js';
import { type Revision } from '../revision.js';

/** What stays the same from sample to sample: every column of a row but its time and its value, as text. */
export interface Series {
  readonly metric: MetricName;
  /** Column `gpu_id`: the index of the GPU on its host. */
  readonly gpuIndex: string;
  /** Column `device`, such as `nvidia0`. */
  readonly device: string;
  /** Column `uuid`: of the whole GPU; see `deviceOf` for MIG instances. */
  readonly uuid: GpuUuid;
  readonly modelName: string;
  readonly hostname: Hostname;
  readonly container: string;
  readonly pod: string;
  readonly namespace: string;
  /** Column `labels_raw`, untouched. */
  readonly labels: string;
  /** Columns beyond the known ones: name and text, in the order of the header. */
  readonly extra: readonly (readonly [name: string, text: string])[];
}

/** An observation time; `text` only where the canonical form is not what the source wrote. */
export interface ObservedTime {
  readonly at: Instant;
  readonly text: string | undefined;
}

/** What series have in common that differ in the metric alone: texts, in the order in which their columns are stored. */
export interface Subject {
  readonly uuid: string;
  /** Index, device (a template), model, host, container, pod, namespace, labels (a template). */
  readonly texts: readonly string[];
  /** Name and text of each extra column. */
  readonly extra: Series['extra'];
  /** Equal for equal subjects, and only for them. */
  readonly key: string;
}

/** Metrics and subjects by their numbers, as many series have them. */
export interface SeriesNames {
  readonly metrics: readonly MetricName[];
  readonly subjects: readonly Subject[];
}

/** Some series of a list that segment after segment takes its series from. */
export interface NumberedSeries {
  /** It may grow, and changes in no other way. */
  readonly list: SeriesNames;
  /** Which ones of it. */
  readonly numbers: Uint32Array;
  /** Of each one, its metric and its subject, by their numbers. */
  readonly metricAt: Uint32Array;
  readonly subjectAt: Uint32Array;
}

/**
 * Events as columns: event `i` is `series[seriesAt[i]]` seen at `times[timeAt[i]]` with `values[i]`, in the order of
 * the source. `texts` holds the text of those values that the shortest form of the double does not give back.
 * No object per event: a batch has hundreds of thousands.
 */
export interface Samples {
  readonly series: readonly Series[];
  /** The same series, where they come from a list: so they are written without a look at each. */
  readonly numbered?: NumberedSeries | undefined;
  readonly times: readonly ObservedTime[];
  readonly seriesAt: Uint32Array;
  readonly timeAt: Uint32Array;
  readonly values: Float64Array;
  readonly texts: ReadonlyMap<number, string>;
}

/** Which append a segment belongs to: unique in the life of a log, known before etcd answers. */
export interface BatchId {
  /** The create revision of the lane's claim. */
  readonly claim: Revision;
  /** Counts on for the whole life of the claim, from 0. */
  readonly batch: number;
}

/** What a segment says of itself; readable without inflating its events. */
export interface SegmentHeader extends BatchId {
  readonly cluster: ClusterId;
  readonly source: SourceId;
  /** This is segment `part` (from 0) of the `parts` of its batch: a missing one can be told from the log alone. */
  readonly part: number;
  readonly parts: number;
  /** The batch covers these bytes of the source's decompressed text: from, inclusive, to, exclusive. */
  readonly from: number;
  readonly to: number;
  /** How often the source has been streamed before: 0 the first time. */
  readonly pass: number;
  readonly appendedAt: Instant;
  /** The names in the source's header line, in its order. */
  readonly columns: readonly string[];
  readonly events: number;
}

/** An immutable batch of events of one partition: the unit that the log appends. */
export interface Segment {
  readonly header: SegmentHeader;
  readonly samples: Samples;
}

/** Why stored bytes are not a segment. */
export type SegmentFault =
  | { readonly kind: 'unknown-version'; readonly version: number }
  | { readonly kind: 'damaged'; readonly reason: string };
