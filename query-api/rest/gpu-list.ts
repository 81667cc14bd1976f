import { type Gateway } from '../queries/gateway.js';
import { type GpuFilter, selectGpus } from '../queries/gpus.js';
import { type Answer } from '../wire/envelope.js';
import { wireGpu } from '../wire/gpu.js';
import { type AskedForList, inventoryPage } from './inventory.js';

/** A page of the GPUs that pass the filter. */
export const gpuList = (gateway: Gateway, { query, fleet, clock }: AskedForList, filter: GpuFilter): Answer => {
  const items = selectGpus(fleet, filter, clock);
  const list = { list: 'gpus', ...filter };
  return inventoryPage({ gateway, fleet, items, keyOf: ({ view }) => view, wire: wireGpu, list, query });
};
