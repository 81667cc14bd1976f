import { ClusterId, GpuUuid, Hostname } from '../../domain/ids.js';
import { type Parameter } from './parameter.js';

const schema = { type: 'string', minLength: 1, maxLength: 255 } as const;

export const clusterId: Parameter<ClusterId> = {
  codec: ClusterId,
  description: 'The name of a cluster, as it was given to the streamer.',
  accepted: 'the name of a cluster, 1 to 255 characters',
  schema,
  example: 'local-cluster',
};

export const hostname: Parameter<Hostname> = {
  codec: Hostname,
  description: 'The name of a host, as its exporter reports it.',
  accepted: 'the name of a host, 1 to 255 characters',
  schema,
  example: 'mtv5-dgx1-hgpu-031',
};

export const gpuUuid: Parameter<GpuUuid> = {
  codec: GpuUuid,
  description: 'The UUID of a GPU, or {uuid}:{id} for one of its MIG instances.',
  accepted: 'the UUID of a GPU, or {uuid}:{id} for one of its MIG instances, 1 to 255 characters',
  schema,
  example: 'GPU-5fd4f087-86f3-7a43-b711-4771313afc50',
};
