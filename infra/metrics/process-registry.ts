import { collectDefaultMetrics, Registry } from 'prom-client';

/** Gauges whose names end as only those of counters may; the same figures stand under other names too, by type. */
const misnamed = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/** A registry with what is known of any Node process: processor, memory, delay of the event loop. */
export const processRegistry = (): Registry => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of misnamed) registry.removeSingleMetric(name);
  return registry;
};
