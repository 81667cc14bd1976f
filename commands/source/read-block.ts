import { type ObservedTime } from '../../domain/segment/segment.js';
import { type SeriesList } from '../../domain/segment/series-list.js';

/** A record that could not become an event, as the reader found it. */
export interface RejectedRecord {
  /** First byte in the source's decompressed text. */
  readonly offset: number;
  /** The first data row is 1. */
  readonly row: number;
  readonly reasons: readonly string[];
  /** The record as it stood, up to 64 KiB; undefined above that. */
  readonly raw: Uint8Array | undefined;
  /** Of the whole record, in bytes. */
  readonly length: number;
  readonly sha256: string;
}

/** Length and SHA-256 of a stretch of text, by which a source is recognised (promise S2). */
export interface Stretch {
  readonly length: number;
  readonly sha256: string;
}

/**
 * What one block may hold, so that one block always fits one append (promise L7): this much text, or one record, and
 * so many rejected records. An append of a log of 64 partitions has 64 segments, a checkpoint and at most 63 more.
 */
export const blockBounds = { textBytes: 256 * 1024, rejected: 60 } as const;

/**
 * What a reader hands on: some consecutive records of one source as columns (see `Samples`), cut at a record boundary
 * and within `blockBounds`.
 */
export interface ReadBlock {
  /**
   * The reader's dictionary; it grows, and a series keeps its number as long as blocks come with the same one. To keep
   * memory bounded a reader that has met very many series goes on with a new, empty one.
   */
  readonly series: SeriesList;
  /** What the subjects met for the first time in this block take, about, in bytes. */
  readonly newBytes: number;
  /** The times of this block, each once. */
  readonly times: readonly ObservedTime[];
  readonly seriesAt: Uint32Array;
  readonly timeAt: Uint32Array;
  readonly values: Float64Array;
  readonly texts: ReadonlyMap<number, string>;
  readonly rejected: readonly RejectedRecord[];
  /** Bytes of the decompressed text: from, inclusive, to, exclusive. */
  readonly from: number;
  readonly to: number;
  /** Data rows in this block, rejected ones included, and the number of the row that comes next. */
  readonly rows: number;
  readonly nextRow: number;
  /** True when nothing more is at hand: a followed file's end, a pause of the pace. What was read is then sent at once. */
  readonly drained: boolean;
}
