import { randomBytes } from 'node:crypto';
import { awaitLogIdentity } from '../infra/etcd/await-log-identity.js';
import { type OpenStore } from '../infra/config/open-store.js';
import { messageOf } from '../domain/error-message.js';
import { segmentVersion } from '../domain/segment/frame.js';
import { listRows } from '../commands/projections/list-rows.main.js';
import { listWithin } from '../commands/projections/list-within.js';
import { StoreSilent } from '../domain/document-reader.js';
import { type EtcdMembers } from '../infra/etcd/etcd-members.js';
import { followHorizon } from '../infra/etcd/follow-horizon.js';
import { instantOfMillis } from '../domain/instant.js';
import { collectorGroup } from '../infra/etcd/collector-group.js';
import { announceGateway } from '../infra/etcd/gateway-member.js';
import { generationRegistry } from '../infra/etcd/generation-registry.js';
import { mergeLatest } from '../infra/etcd/merge-latest.js';
import { pipelineReader } from '../infra/etcd/look-at-pipeline.js';
import { EtcdLogReader } from '../infra/etcd/log-reader.js';
import { EtcdModelFeed } from '../infra/etcd/model-feed.js';
import { EtcdPulse } from '../infra/etcd/pulse.js';
import { EtcdRetentionWatch } from '../infra/etcd/retention-watch.js';
import { stillThis } from '../infra/etcd/same-log.js';
import { followSegmentVersion } from '../infra/etcd/segment-version-store.js';
import { EtcdSpaceWatch } from '../infra/etcd/space-watch.js';
import { StoredDocuments } from '../infra/etcd/stored-documents.js';
import { type Logger } from '../infra/logging/logger.js';
import { announceProgress } from '../infra/supervisor/announce.js';
import { type ProjectionRow } from '../domain/projection-row.js';
import { type Surroundings } from './model/standing.js';
import { type ListProjections } from './queries/list-projections.js';
import { type GatewayOptions } from './gateway-options.js';
import { type GatewayPorts } from './gateway-ports.js';
import { replayWith, resetWith } from './admin.main.js';
import { type GatewayEvents, serveGateway } from './serve-gateway.js';

/** Milliseconds that etcd's failures are borne, and that a whole count may take. */
const patienceMs = 3_000;
const mostMs = 10_000;

/** As `telemetry projections list` counts it, one count at a time: many who watch cost no more than one. */
const listWith = (store: OpenStore): ListProjections => {
  let counting: Promise<readonly ProjectionRow[]> | undefined;
  return () => {
    counting ??= listRows(store, patienceMs, AbortSignal.timeout(mostMs), listWithin)
      .catch((error: unknown) => {
        throw new StoreSilent(`How far projections are cannot be counted now: ${messageOf(error)}`, { cause: error });
      })
      .finally(() => (counting = undefined));
    return counting;
  };
};

/** Which generations there are, which collectors, and what may stand in the log. */
const surroundingsOf = ({ client, keys }: OpenStore) =>
  async function* (signal: AbortSignal): AsyncGenerator<Surroundings, void, undefined> {
    const both = mergeLatest(
      generationRegistry(client, keys).follow(signal),
      collectorGroup(client, keys).follow(signal),
    );
    const all = mergeLatest(both, followSegmentVersion(client, keys, signal));
    for await (const [[generations, { members }], segments] of all)
      yield { generations, collectors: members, segments };
  };

/** What a gateway is made of: what it goes by, who may change something through it, and its way to etcd. */
export interface GatewayParts {
  readonly name: string;
  readonly adminToken: string | undefined;
  readonly store: OpenStore;
  readonly members: EtcdMembers;
  readonly logger: Logger;
}

const gatewayLeaseSeconds = 5;

/** What is known of etcd itself, looked at again and again until the signal aborts. */
const watchEtcd = ({ store: { client, keys }, members }: GatewayParts, signal: AbortSignal) => {
  const [pulse, space, retention] = [new EtcdPulse(), new EtcdSpaceWatch(members), new EtcdRetentionWatch()];
  const ended = Promise.all([pulse.run(client, signal), space.run(signal), retention.run(client, keys, signal)]);
  return { pulse, space, retention, ended };
};

const announcementOf = ({ name }: GatewayParts) => ({
  ...{ id: `${name}-${randomBytes(4).toString('hex')}`, name, pid: process.pid },
  started_at: instantOfMillis(Date.now()),
  segments: segmentVersion,
});

const portsOf = (parts: GatewayParts, { pulse, space, retention }: ReturnType<typeof watchEtcd>): GatewayPorts => {
  const { store, adminToken, logger } = parts;
  const { client, keys } = store;
  const announcement = announcementOf(parts);
  const onFailure = ({ message }: { readonly message: string }): void => logger.debug({ etcd: message }, 'etcd failed');
  return {
    feed: new EtcdModelFeed(client, keys, onFailure),
    log: (identity) => {
      const stillSame = stillThis(client, keys, identity);
      return new EtcdLogReader(client, keys, identity.partitions, { onFailure, stillSame });
    },
    documents: new StoredDocuments(client, keys),
    projections: listWith(store),
    wholeFrom: (until) => followHorizon(client, keys, until),
    space: () => space.reading,
    retention: () => retention.report,
    resetProjection: resetWith(store),
    replayDeadLetters: replayWith(store),
    adminToken,
    surroundings: surroundingsOf(store),
    announce: (model, until) =>
      announceGateway(client, keys, gatewayLeaseSeconds, () => ({ ...announcement, ...model() }), until),
    pipeline: pipelineReader(client, keys, () => space.reading?.space),
    lastAnswer: () => pulse.lastAnswer,
    now: Date.now,
    warn: (message) => logger.warn(message),
  };
};

/** Its log tells people, and what supervises it, how it gets on. */
const eventsTo = (logger: Logger, onReady: (origin: string) => void): GatewayEvents => ({
  onListening: (origin) => logger.info({ origin }, 'listening'),
  onReady: (origin) => {
    logger.info({ origin }, 'ready');
    onReady(origin);
  },
  onFigures: ({ revision, lagSegments, requests, requestsPerSecond, waiting }) =>
    announceProgress({
      ...{ revision: String(revision), lag_segments: lagSegments },
      ...{ requests, requests_per_second: requestsPerSecond, waiting: waiting ?? null },
    }),
  onError: (err, method, path) => logger.error({ err, method, path }, 'a request failed'),
});

/** A gateway over etcd, until the signal aborts. Throws what {@link serveGateway} throws. */
export const runGateway = async (
  parts: GatewayParts,
  options: GatewayOptions,
  onReady: (origin: string) => void,
  signal: AbortSignal,
): Promise<void> => {
  const { client, keys } = parts.store;
  const over = new AbortController();
  const watched = watchEtcd(parts, AbortSignal.any([signal, over.signal]));
  try {
    await serveGateway(
      options,
      portsOf(parts, watched),
      (until, absent) => awaitLogIdentity(client, keys, until, absent),
      eventsTo(parts.logger, onReady),
      signal,
    );
  } finally {
    // Also when it fails: nothing is asked by a client that is closed.
    over.abort();
    await watched.ended;
  }
};
