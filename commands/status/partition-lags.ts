import { type ProjectionRow } from '../../domain/projection-row.js';

interface Listed {
  readonly row: Pick<ProjectionRow, 'state'>;
  /** Segments of each partition, by its number, that it has not folded. */
  readonly lags: readonly number[];
}

/**
 * Segments between the end of the log and the least checkpoint, partition by partition. What has failed stands where it
 * is for good, and nobody is behind for that.
 */
export const partitionLags = (listed: readonly Listed[], partitions: number): readonly number[] => {
  const going = listed.filter(({ row }) => row.state !== 'failed');
  return Array.from({ length: partitions }, (_, partition) =>
    Math.max(0, ...going.map(({ lags }) => lags[partition]!)),
  );
};
