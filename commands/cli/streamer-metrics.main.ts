import { type MetricsServer } from '../../infra/metrics/metrics-server.js';
import { processRegistry } from '../../infra/metrics/process-registry.js';
import { startMetrics } from '../../infra/metrics/role-metrics.js';
import { StreamerMetrics } from '../streamer/streamer-metrics.js';

/** What a streamer counts for Prometheus, and the server that shows it. */
interface Shown {
  readonly counts: StreamerMetrics;
  readonly server: MetricsServer | undefined;
}

/** Serves a streamer's metrics where they are asked for. @throws Error with code EADDRINUSE when the port is taken */
export const showMetrics = async (
  options: Parameters<typeof startMetrics>[0],
  isReady: () => boolean,
): Promise<Shown> => {
  const counts = new StreamerMetrics(processRegistry());
  return { counts, server: await startMetrics(options, counts.registry, isReady) };
};
