import { collectDefaultMetrics, Registry } from 'prom-client';

/** Gauges whose names end as only those of counters may; the same figures stand under other names too, by type. */
const misnamed = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/**
 * A registry with what is known of any Node process: processor, memory, delay of the event loop.
 *
 * @param isServed false where nobody can ask: then these are not watched, which takes some milliseconds to begin
 */
export const processRegistry = (isServed = true): Registry => {
  const registry = new Registry();
  if (!isServed) return registry;
  collectDefaultMetrics({ register: registry });
  for (const name of misnamed) registry.removeSingleMetric(name);
  return registry;
};
