import { deviceOf } from '../../domain/device.js';
import { type ClusterId, type GpuUuid } from '../../domain/ids.js';
import { type Samples } from '../../domain/segment/segment.js';

/** The numbers of the events of each GPU, in the order of the samples. */
export type EventsByGpu = ReadonlyMap<GpuUuid, Uint32Array>;

const counted = (uuids: readonly GpuUuid[], { seriesAt }: Samples): ReadonlyMap<GpuUuid, number> => {
  const counts = new Map<GpuUuid, number>();
  for (const s of seriesAt) counts.set(uuids[s]!, (counts.get(uuids[s]!) ?? 0) + 1);
  return counts;
};

const sorted = (cluster: ClusterId, samples: Samples): EventsByGpu => {
  const uuids = samples.series.map((series) => deviceOf(cluster, series).uuid);
  const events = new Map<GpuUuid, Uint32Array>();
  for (const [uuid, count] of counted(uuids, samples)) events.set(uuid, new Uint32Array(count));
  const filled = new Map<GpuUuid, number>();
  samples.seriesAt.forEach((s, event) => {
    const uuid = uuids[s]!;
    const at = filled.get(uuid) ?? 0;
    events.get(uuid)![at] = event;
    filled.set(uuid, at + 1);
  });
  return events;
};

/** Worked out once for samples that are looked at again and again: four bytes for each event. */
const known = new WeakMap<Samples, EventsByGpu>();

/** Where the events of each GPU stand in some samples. */
export const eventsByGpu = (cluster: ClusterId, samples: Samples): EventsByGpu => {
  const events = known.get(samples) ?? sorted(cluster, samples);
  known.set(samples, events);
  return events;
};
