import { type OpenStore } from '../../infra/config/open-store.js';
import { collectorGroup } from '../../infra/etcd/collector-group.js';
import { announceGateway } from '../../infra/etcd/gateway-member.js';
import { generationRegistry } from '../../infra/etcd/generation-registry.js';
import { mergeLatest } from '../../infra/etcd/merge-latest.js';
import { type Instant } from '../../domain/instant.js';
import { awaitLogIdentity } from '../../infra/etcd/await-log-identity.js';
import { followHorizon } from '../../infra/etcd/follow-horizon.js';
import { EtcdLogReader } from '../../infra/etcd/log-reader.js';
import { EtcdModelFeed } from '../../infra/etcd/model-feed.js';
import { EtcdPulse } from '../../infra/etcd/pulse.js';
import { stillThis } from '../../infra/etcd/same-log.js';
import { StoredDocuments } from '../../infra/etcd/stored-documents.js';
import { openAccess } from '../../query-api/gateway-options.js';
import { serveGateway } from '../../query-api/serve-gateway.js';

const statusLimits = { staleAfter: 300_000_000_000n, missingAfter: 3_600_000_000_000n };

/** A gateway over etcd within the test's process, on a free port of loopback, until the signal aborts. */
export const gatewayHere = async (
  { client, keys }: OpenStore,
  onReady: (origin: string) => void,
  signal: AbortSignal,
): Promise<void> => {
  const pulse = new EtcdPulse();
  const beating = pulse.run(client, signal);
  await serveGateway(
    { port: 0, listen: '127.0.0.1', statusLimits, access: openAccess },
    {
      feed: new EtcdModelFeed(client, keys),
      log: (identity) =>
        new EtcdLogReader(client, keys, identity.partitions, { stillSame: stillThis(client, keys, identity) }),
      documents: new StoredDocuments(client, keys),
      projections: () => Promise.resolve([]),
      wholeFrom: (until) => followHorizon(client, keys, until),
      space: () => undefined,
      retention: () => undefined,
      resetProjection: () => Promise.resolve({ kind: 'refused', reason: 'not here' }),
      replayDeadLetters: () => Promise.resolve([]),
      adminToken: undefined,
      surroundings: async function* (until) {
        const both = mergeLatest(
          generationRegistry(client, keys).follow(until),
          collectorGroup(client, keys).follow(until),
        );
        for await (const [generations, { members }] of both) yield { generations, collectors: members, segments: 1 };
      },
      announce: (model, until) => {
        const me = { id: 'gateway-here', name: 'gateway-here', pid: process.pid, started_at: 0n as Instant };
        return announceGateway(client, keys, 5, () => ({ ...me, ...model() }), until);
      },
      pipeline: () => Promise.resolve({ deadLetters: 0, space: undefined }),
      lastAnswer: () => pulse.lastAnswer,
      now: Date.now,
      warn: () => undefined,
    },
    (until) => awaitLogIdentity(client, keys, until),
    { onListening: () => undefined, onReady, onError: () => undefined },
    signal,
  );
  await beating;
};
