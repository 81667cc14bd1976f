import { type GpuUuid, type Partition } from '../../domain/ids.js';

/** GPUs that are looked for in the same partitions. */
export interface Together {
  readonly uuids: readonly GpuUuid[];
  readonly partitions: readonly Partition[];
}

/** Each GPU once: its records stand in one partition, or in some where it has moved. */
export const byPartitions = (
  uuids: readonly GpuUuid[],
  partitionsOf: (uuid: GpuUuid) => readonly Partition[],
): readonly Together[] => {
  const groups = new Map<string, { readonly uuids: GpuUuid[]; readonly partitions: readonly Partition[] }>();
  for (const uuid of new Set(uuids)) {
    const partitions = [...new Set(partitionsOf(uuid))].sort((a, b) => a - b);
    const name = partitions.join();
    const group = groups.get(name) ?? { uuids: [], partitions };
    group.uuids.push(uuid);
    groups.set(name, group);
  }
  return [...groups.values()];
};
