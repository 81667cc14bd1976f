import { type ClusterId, type Partition } from '../../domain/ids.js';
import { partitionOf } from '../../domain/partitioning.js';
import { type Series } from '../../domain/segment/segment.js';

/** The partition of every series of one reader, by its number. */
export interface Placement {
  readonly partitions: number;
  /** Costs nothing for series asked about before in the same dictionary; valid until the next call. */
  of(series: readonly Series[]): Uint8Array;
}

/** Hosts that are remembered: a file may name ever new ones. */
const mostHosts = 16_384;

export const placement = (cluster: ClusterId, partitions: number): Placement => {
  const byHost = new Map<string, Partition>();
  let dictionary: readonly Series[] = [];
  let known = 0;
  let placed = new Uint8Array(1024);
  const place = (series: Series): Partition => {
    const found = byHost.get(series.hostname) ?? partitionOf(cluster, series.hostname, partitions);
    if (byHost.size === mostHosts) byHost.clear();
    byHost.set(series.hostname, found);
    return found;
  };
  return {
    partitions,
    of: (series) => {
      if (series !== dictionary) known = 0;
      dictionary = series;
      if (series.length > placed.length) {
        const larger = new Uint8Array(2 * series.length);
        larger.set(placed);
        placed = larger;
      }
      for (; known < series.length; known++) placed[known] = place(series[known]!);
      return placed;
    },
  };
};
