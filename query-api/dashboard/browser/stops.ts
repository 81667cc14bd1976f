import { type ProjectionProgress, type StoppedPartition } from './feed-messages.js';
import { count } from './quantities.js';

/** What has stopped, each segment once: it stops the partition of every projection. */
export const stopsOf = (rows: Iterable<ProjectionProgress>): readonly StoppedPartition[] => [
  ...new Map([...rows].flatMap(({ stopped }) => stopped.map((stop) => [stop.key, stop]))).values(),
];

/** What that means for whatever is shown; empty where nothing has stopped. */
export const textOfStops = (stops: readonly StoppedPartition[]): string => {
  if (stops.length === 0) return '';
  const partitions = [...new Set(stops.map(({ partition }) => partition))].sort((a, b) => a - b).map(count);
  const [last, ...others] = [partitions.at(-1)!, ...partitions.slice(0, -1)];
  const what =
    others.length === 0
      ? `Partition ${last} has stopped at a segment that cannot be read: its`
      : `Partitions ${others.join(', ')} and ${last} have stopped at segments that cannot be read: their`;
  return `${what} hosts are shown as they were before. The pipeline of the fleet says what helps.`;
};
