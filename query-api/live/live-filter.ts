import { type ClusterId, type GpuUuid, type Hostname, type MetricName } from '../../domain/ids.js';
import { type LiveUpdate } from './live-update.js';

/** Which updates somebody wants: those of which everything given is true. */
export interface LiveFilter {
  readonly uuid?: GpuUuid | undefined;
  readonly hostname?: Hostname | undefined;
  readonly cluster?: ClusterId | undefined;
  /** Only these metrics; an update without any of them is left out. */
  readonly metrics?: ReadonlySet<MetricName> | undefined;
}

/** The update as it is wanted, undefined when it is not. */
export const filtered = (
  update: LiveUpdate,
  { uuid, hostname, cluster, metrics }: LiveFilter,
): LiveUpdate | undefined => {
  if (uuid !== undefined && update.uuid !== uuid) return undefined;
  if (hostname !== undefined && update.hostname !== hostname) return undefined;
  if (cluster !== undefined && update.cluster !== cluster) return undefined;
  if (metrics === undefined) return update;
  const values = new Map([...update.values].filter(([metric]) => metrics.has(metric)));
  return values.size === 0 ? undefined : { ...update, values };
};
