/*
 * What the filters of several fields say of themselves in the schema.
 */

export const onlyCluster = 'Only of this cluster, by its name.';
export const onlyHost = 'Only of hosts of this name.';
export const onlyStatus = 'Only those of this status.';
export const onlyGpu = 'Only of this GPU: its UUID, or {uuid}:{id} of a MIG instance.';
