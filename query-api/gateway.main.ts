import { awaitLogIdentity } from '../infra/etcd/await-log-identity.js';
import { type OpenStore } from '../infra/config/open-store.js';
import { EtcdLogReader } from '../infra/etcd/log-reader.js';
import { EtcdModelFeed } from '../infra/etcd/model-feed.js';
import { EtcdPulse } from '../infra/etcd/pulse.js';
import { StoredDocuments } from '../infra/etcd/stored-documents.js';
import { type Logger } from '../infra/logging/logger.js';
import { announceProgress } from '../infra/supervisor/announce.js';
import { type GatewayOptions } from './gateway-options.js';
import { serveGateway } from './serve-gateway.js';

/** A gateway over etcd, until the signal aborts. Throws what {@link serveGateway} throws. */
export const runGateway = async (
  options: GatewayOptions,
  { client, keys }: OpenStore,
  logger: Logger,
  onReady: (origin: string) => void,
  signal: AbortSignal,
): Promise<void> => {
  const pulse = new EtcdPulse();
  const beating = pulse.run(client, signal);
  const onFailure = ({ message }: { readonly message: string }): void => logger.debug({ etcd: message }, 'etcd failed');
  await serveGateway(
    options,
    {
      feed: new EtcdModelFeed(client, keys, onFailure),
      log: ({ partitions }) => new EtcdLogReader(client, keys, partitions, { onFailure }),
      documents: new StoredDocuments(client, keys),
      lastAnswer: () => pulse.lastAnswer,
      now: Date.now,
      warn: (message) => logger.warn(message),
    },
    (until) => awaitLogIdentity(client, keys, until),
    {
      onListening: (origin) => logger.info({ origin }, 'listening'),
      onReady: (origin) => {
        logger.info({ origin }, 'ready');
        onReady(origin);
      },
      onFigures: ({ revision, lagSegments, requests, requestsPerSecond }) =>
        announceProgress({
          ...{ revision: String(revision), lag_segments: lagSegments },
          ...{ requests, requests_per_second: requestsPerSecond },
        }),
      onError: (err, method, path) => logger.error({ err, method, path }, 'a request failed'),
    },
    signal,
  );
  await beating;
};
