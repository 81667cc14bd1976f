import assert from 'node:assert/strict';
import { type Etcd3 } from 'etcd3';
import { type CollectorAnnouncement } from '../../domain/collector-announcement.js';
import { type GenerationRecord, projectionNames } from '../../domain/generation.js';
import { type Instant } from '../../domain/instant.js';
import { type SystemSnapshot } from '../../domain/system-snapshot.js';
import { decodeSegment, decodeSegmentHeader } from '../../domain/segment/decode.js';
import { listProjections } from '../../commands/projections/list-projections.js';
import { type ProjectionRow } from '../../domain/projection-row.js';
import { type Verdict } from '../../commands/verify/verdict.js';
import { verifySystem } from '../../commands/verify/verify-system.js';
import { createClient } from '../../infra/etcd/client.js';
import { buildWatch } from '../../infra/etcd/build-watch.js';
import { collectorGroup } from '../../infra/etcd/collector-group.js';
import { generationRegistry } from '../../infra/etcd/generation-registry.js';
import { type Keys } from '../../infra/etcd/keys.js';
import { laneReaches, partitionsOf } from '../../infra/etcd/lane-extents.js';
import { EtcdLogReader } from '../../infra/etcd/log-reader.js';
import { modelStore } from '../../infra/etcd/model-store.js';
import { readKeptFrom } from '../../infra/etcd/read-kept-from.js';
import { readQuarantines } from '../../infra/etcd/quarantine-store.js';
import { takeSnapshot } from '../../infra/etcd/system-snapshot.js';
import { runEndsIn } from '../../projections/history/run-limits.document.js';
import { type Projection } from '../../projections/projection.js';
import { projections as allProjections } from '../../projections/projections.js';
import { type CollectorEnd, runCollector } from '../../projections/runner/run-collector.js';
import { type CollectorPorts } from '../../projections/runner/surroundings.js';
import { type ProjectionVerdict, verifyProjections } from '../../projections/verify/verify-projection.js';
import { eventually } from './eventually.js';
import { never } from './never.js';
import { portOf, startTcpProxy, type TcpProxy } from './tcp-proxy.js';

/** The etcd and the log that collectors of a test work on. */
export interface CollectorWorld {
  readonly endpoints: readonly string[];
  readonly keys: Keys;
  readonly partitions: number;
}

export interface CollectorSetup {
  readonly leaseSeconds?: number;
  readonly projections?: readonly Projection[];
  readonly deadlineMs?: number;
  /** Replaces ports, to look at or to disturb what passes through them. */
  readonly ports?: (real: CollectorPorts) => CollectorPorts;
}

/** A collector inside the test's process, with connections of its own. */
export interface TestCollector {
  readonly id: string;
  readonly newest: CollectorAnnouncement | undefined;
  readonly notices: readonly string[];
  readonly end: Promise<CollectorEnd>;
  /** Between it and etcd. */
  readonly proxy: TcpProxy;
  /** A graceful leave. */
  stop(): Promise<void>;
  /** Like SIGKILL, as far as etcd can tell: connections break at any point, nothing more is sent, the lease runs out. */
  abandon(): Promise<void>;
}

let collectors = 0;

export const startCollector = async (world: CollectorWorld, setup: CollectorSetup = {}): Promise<TestCollector> => {
  const { keys, partitions } = world;
  const proxy = await startTcpProxy(portOf(world.endpoints[0]!));
  const client = createClient({ endpoints: [proxy.endpoint], deadlineMs: setup.deadlineMs ?? 2_000 });
  const id = `collector-${String(++collectors)}`;
  const stop = new AbortController();
  const state: { newest: CollectorAnnouncement | undefined; notices: string[] } = { newest: undefined, notices: [] };
  const real: CollectorPorts = {
    log: new EtcdLogReader(client, keys, partitions),
    models: modelStore(client, keys),
    registry: generationRegistry(client, keys),
    group: collectorGroup(client, keys),
    builds: buildWatch(client, keys, partitions),
    decode: decodeSegment,
    notice: (text) => void state.notices.push(text),
  };
  const options = {
    ...{ id, name: id, pid: process.pid, startedAt: 0n as Instant, leaseSeconds: setup.leaseSeconds ?? 5, partitions },
    projections: setup.projections ?? allProjections,
    progress: (announcement: CollectorAnnouncement) => {
      state.newest = announcement;
    },
  };
  const end = runCollector(setup.ports?.(real) ?? real, options, stop.signal);
  end.catch(() => undefined);
  const finish = async () => {
    stop.abort();
    await end.catch(() => undefined);
    client.close();
    await proxy.close();
  };
  return {
    id,
    end,
    proxy,
    get newest() {
      return state.newest;
    },
    get notices() {
      return state.notices;
    },
    stop: finish,
    abandon: async () => {
      proxy.refuse();
      await finish();
    },
  };
};

/** What the operator's commands say of a world. */
export class Operator {
  readonly client: Etcd3;
  constructor(private readonly world: CollectorWorld) {
    this.client = createClient({ endpoints: world.endpoints });
  }

  close(): void {
    this.client.close();
  }

  async list(): Promise<readonly ProjectionRow[]> {
    const { keys, partitions } = this.world;
    const log = new EtcdLogReader(this.client, keys, partitions);
    const snapshot = await takeSnapshot(this.client, keys, never);
    const ports = { log, decodeHeader: decodeSegmentHeader, runEndsIn, reaches: laneReaches(this.client, keys) };
    return listProjections(ports, snapshot, partitions, never);
  }

  snapshot(): Promise<SystemSnapshot> {
    return takeSnapshot(this.client, this.world.keys, never);
  }

  async verify(waitMs = 0): Promise<Verdict> {
    const { keys, partitions } = this.world;
    const { verdict } = await verifySystem(
      {
        log: new EtcdLogReader(this.client, keys, partitions),
        snapshot: (signal) => takeSnapshot(this.client, keys, signal),
        decode: decodeSegment,
        runEndsIn,
        quarantines: (until: AbortSignal) => readQuarantines(this.client, keys, until),
        streamersBusy: () => Promise.resolve(false),
      },
      waitMs,
      never,
    );
    return verdict;
  }

  /** The comparison of every active read model with the plain fold of the log. */
  async verifyProjections(): Promise<ProjectionVerdict> {
    const { keys, partitions } = this.world;
    const { generations } = await takeSnapshot(this.client, keys, never);
    const ports = {
      log: new EtcdLogReader(this.client, keys, partitions),
      models: modelStore(this.client, keys),
      decode: decodeSegment,
      keptFrom: (record: GenerationRecord, signal: AbortSignal) => readKeptFrom(this.client, keys, record, signal),
    };
    const records = generations.filter(({ active }) => active).map(({ record }) => record);
    return verifyProjections(ports, records, partitionsOf(partitions), never);
  }

  /** Waits until every projection has folded so many events. */
  async caughtUp(events: number): Promise<void> {
    await eventually(`every projection has folded ${String(events)} events`, async () => {
      const { generations } = await this.snapshot();
      const folded = generations
        .filter(({ active }) => active)
        .map(({ record, checkpoints }) => {
          const counts = [...checkpoints.values()].map((checkpoint) => checkpoint.events);
          return record.projection === 'history' ? events : counts.reduce((sum, count) => sum + count, 0);
        });
      return folded.length === projectionNames.length && folded.every((count) => count === events);
    });
    await eventually('history has written the runs that have ended', async () =>
      (await this.list()).every((row) => row.state !== 'active' || (row.events === events && row.lag_segments === 0)),
    );
  }

  /** Everything adds up, and the documents are those of the plain fold. */
  async assertSound(): Promise<void> {
    const [verdict, folded] = [await this.verify(), await this.verifyProjections()];
    assert.deepEqual(verdict.faults, []);
    assert.deepEqual(folded.differences, []);
    assert.ok(folded.compared > 0);
  }
}
