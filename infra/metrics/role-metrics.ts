import { type Registry } from 'prom-client';
import { type MetricsServer, serveMetrics } from './metrics-server.js';

/** Serves a process's metrics where it was asked for; undefined where it was not. */
export const startMetrics = async (
  { metricsPort, metricsListen }: { readonly metricsPort: number | undefined; readonly metricsListen: string },
  registry: Registry,
  ready: () => boolean,
): Promise<MetricsServer | undefined> =>
  metricsPort === undefined ? undefined : serveMetrics({ registry, port: metricsPort, listen: metricsListen, ready });

/** Where people find them, for `status`. */
export const addressesOf = (server: MetricsServer | undefined): readonly string[] =>
  server ? [`${server.origin}/metrics`] : [];

export const isPortTaken = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';

export const portTaken = ({ metricsPort, metricsListen }: Parameters<typeof startMetrics>[0]): string =>
  `port ${String(metricsPort)} on ${metricsListen} is taken by another program; see --metrics-port.`;
