import { deviceOf } from '../../domain/device.js';
import { type ClusterId, type GpuUuid } from '../../domain/ids.js';
import { type Samples } from '../../domain/segment/segment.js';

/** The address of each series, worked out once for samples that are looked at again and again. */
const addresses = new WeakMap<Samples, readonly GpuUuid[]>();

const addressesOf = (cluster: ClusterId, samples: Samples): readonly GpuUuid[] => {
  const known = addresses.get(samples) ?? samples.series.map((series) => deviceOf(cluster, series).uuid);
  addresses.set(samples, known);
  return known;
};

/** The numbers of the events of each of some GPUs, in the order of the samples. */
export const eventsByGpu = (
  cluster: ClusterId,
  samples: Samples,
  wanted: ReadonlySet<GpuUuid>,
): ReadonlyMap<GpuUuid, readonly number[]> => {
  const uuids = addressesOf(cluster, samples);
  const events = new Map<GpuUuid, number[]>();
  for (let event = 0; event < samples.values.length; event++) {
    const uuid = uuids[samples.seriesAt[event]!]!;
    if (!wanted.has(uuid)) continue;
    const own = events.get(uuid);
    if (own) own.push(event);
    else events.set(uuid, [event]);
  }
  return events;
};
