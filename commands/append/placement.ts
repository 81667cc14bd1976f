import { type ClusterId, type Hostname, type Partition } from '../../domain/ids.js';
import { partitionOf } from '../../domain/partitioning.js';
import { type SeriesList } from '../../domain/segment/series-list.js';
import { places } from '../../domain/segment/subject.js';

/** The partition of every series of one reader, by the number of its subject. */
export interface Placement {
  readonly partitions: number;
  /** Costs nothing for subjects asked about before in the same dictionary; valid until the next call. */
  of(series: SeriesList): Uint32Array;
}

/** Hosts that are remembered: a file may name ever new ones. */
const mostHosts = 16_384;

export const placement = (cluster: ClusterId, partitions: number): Placement => {
  const byHost = new Map<Hostname, Partition>();
  let dictionary: SeriesList | undefined;
  let known = 0;
  let placed = new Uint32Array(1024);
  const place = (host: Hostname): Partition => {
    const found = byHost.get(host) ?? partitionOf(cluster, host, partitions);
    if (byHost.size === mostHosts) byHost.clear();
    byHost.set(host, found);
    return found;
  };
  return {
    partitions,
    of: (series) => {
      if (series !== dictionary) known = 0;
      dictionary = series;
      const { subjects } = series;
      if (subjects.length > placed.length) {
        const larger = new Uint32Array(2 * subjects.length);
        larger.set(placed);
        placed = larger;
      }
      for (; known < subjects.length; known++)
        placed[known] = place(subjects[known]!.texts[places.hostname]! as Hostname);
      return placed.subarray(0, known);
    },
  };
};
