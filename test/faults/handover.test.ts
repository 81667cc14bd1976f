import assert from 'node:assert/strict';
import { join } from 'node:path';
import { projectionNames } from '../../domain/generation.js';
import { type GroupView } from '../../domain/collector-group.js';
import { createClient } from '../../infra/etcd/client.js';
import { collectorGroup } from '../../infra/etcd/collector-group.js';
import { Keys } from '../../infra/etcd/keys.js';
import { Latest } from '../../projections/runner/latest.js';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { Operator } from '../support/collectors.js';
import { full } from '../support/full-counts.js';
import { type RunningTelemetry, startTelemetry } from '../support/telemetry.js';
import { useTempFolder } from '../support/temp-folder.js';
import { writeLiveFile } from './imports.js';

const leaseSeconds = 2;
const claimsOfAll = 16 * projectionNames.length;
const rounds = 20;

/** Who holds each claim now, and what each partition's read model was last changed by. */
class Watched {
  readonly view = new Latest<GroupView>();
  readonly #stop = new AbortController();
  readonly #following: Promise<void>;
  readonly operator: Operator;

  constructor(endpoints: readonly string[], keys: Keys) {
    this.operator = new Operator({ endpoints, keys, partitions: 16 });
    const client = createClient({ endpoints });
    this.#following = this.view
      .follow(collectorGroup(client, keys).follow(this.#stop.signal))
      .finally(() => client.close());
  }

  /** Partitions that a collector has claims on. */
  partitionsOf(name: string): ReadonlySet<number> {
    const claims = this.view.value?.claims.filter(({ member }) => member.startsWith(name)) ?? [];
    return new Set(claims.map(({ part }) => part.partition));
  }

  /** True when all partitions have owners and this collector is not among them. */
  handedOver(name: string): boolean {
    return this.view.value?.claims.length === claimsOfAll && this.partitionsOf(name).size === 0;
  }

  /** How far each partition's least folded projection is, in events; history counts at the ends of its runs. */
  async folded(): Promise<ReadonlyMap<number, number>> {
    const { generations } = await this.operator.snapshot();
    const least = new Map<number, number>();
    for (const { record, checkpoints } of generations) {
      if (record.projection === 'history') continue;
      for (const [partition, { events }] of checkpoints) {
        least.set(partition, Math.min(events, least.get(partition) ?? Infinity));
      }
    }
    return least;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#following.catch(() => undefined);
    this.operator.close();
  }
}

// With fewer counts this is left to collectors within one process, which are shown to hand over too.
(full ? describe : describe.skip)('partitions that change hands under load', function () {
  this.timeout(300_000);
  const etcd = etcdForSuite();
  const folder = useTempFolder();
  let running: RunningTelemetry[];
  let watched: Watched;
  let keys: Keys;

  const start = (...args: readonly string[]): RunningTelemetry => {
    const one = startTelemetry([...args, '--etcd', etcd().endpoint, '--prefix', keys.prefix], {
      TELEMETRY_DATA_DIR: join(folder(), 'data'),
    });
    running.push(one);
    return one;
  };
  const collect = (name: string) => start('collect', '--name', name, '--lease', `${String(leaseSeconds)}s`);
  const evenly = () =>
    ['one', 'two', 'three'].every((name) => [5, 6].includes(watched.partitionsOf(name).size)) &&
    watched.view.value?.claims.length === claimsOfAll;

  beforeEach(() => {
    running = [];
    keys = new Keys(freshPrefix());
    watched = new Watched(etcd().endpoints, keys);
  });
  afterEach(async () => {
    for (const { child } of running) child.kill('SIGKILL');
    await Promise.all(running.map(({ ended }) => ended));
    await watched.stop();
  });

  /** Milliseconds from the end of one of three collectors until others own its partitions, and have committed again. */
  const handOver = async (
    signal: 'SIGTERM' | 'SIGKILL',
  ): Promise<{ readonly owned: number; readonly folded: number }> => {
    const leaver = collect('one');
    await eventually('three share', evenly);
    const mine = watched.partitionsOf('one');
    const begun = performance.now();
    leaver.child.kill(signal);
    await eventually('others own all', () => watched.handedOver('one'), { everyMs: 2 });
    const owned = performance.now() - begun;
    const before = await watched.folded();
    await eventually(
      'others have folded on',
      async () => {
        const now = await watched.folded();
        return [...mine].every((partition) => (now.get(partition) ?? 0) > (before.get(partition) ?? -1));
      },
      { everyMs: 5 },
    );
    return { owned, folded: performance.now() - begun };
  };

  const ways = [
    ['SIGKILL', `a crash, with a lease of ${String(leaseSeconds)} s`],
    ['SIGTERM', 'a graceful leave'],
  ] as const;
  for (const [signal, how] of ways) {
    it(`P6: ${how} hands all partitions over, and the time is told`, async () => {
      const files = [1, 2].map((number) => writeLiveFile(folder(), number, number));
      for (const [at, file] of files.entries()) {
        start(
          'stream',
          '--loop',
          '--restamp',
          '--speed',
          '8x',
          '--batch-ms',
          '100ms',
          '--cluster',
          `c${String(at)}`,
          file,
        );
      }
      collect('two');
      collect('three');
      const took: string[] = [];
      for (let round = 0; round < rounds; round++) {
        const { owned, folded } = await handOver(signal);
        took.push(`${owned.toFixed(0)} ms, folding on after ${folded.toFixed(0)} ms`);
      }
      console.log(`      ${how}: others owned all after ${took.join('; ')}`);
      for (const { child } of running.slice(0, 2)) child.kill('SIGTERM');
      await Promise.all(running.slice(0, 2).map(({ ended }) => ended));
      const { events } = await watched.operator.verify();
      await watched.operator.caughtUp(events);
      const verdict = await watched.operator.verify();
      assert.deepEqual(verdict.faults, []);
    });
  }
});
