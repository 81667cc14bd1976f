import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { FoldCheckpoint, type GenerationRecord, projectionNames } from '../../domain/generation.js';
import { type Lane, type Partition, SourceId } from '../../domain/ids.js';
import { instantOfMillis } from '../../domain/instant.js';
import { next, type Revision } from '../../domain/revision.js';
import { encodeSegment } from '../../domain/segment/encode.js';
import { SourceCheckpoint } from '../../domain/source-checkpoint.js';
import { firstGenerations } from '../../domain/begin-build.js';
import { createClient } from '../../infra/etcd/client.js';
import { generationRegistry } from '../../infra/etcd/generation-registry.js';
import { Keys } from '../../infra/etcd/keys.js';
import { headRevision } from '../../infra/etcd/range.js';
import { openLog } from '../../infra/etcd/log-identity-store.js';
import { toJson } from '../../infra/etcd/stored-json.js';
import { etcdEnvironment } from '../../infra/etcd-server/etcd-environment.js';
import { etcdFlags } from '../../infra/etcd-server/etcd-flags.js';
import { freePort } from '../../infra/processes/free-port.js';
import { spawnGuarded } from '../../infra/processes/spawn-guarded.js';
import { sendSignal } from '../../infra/processes/stop-process.js';
import { type SystemStatus } from '../../infra/supervisor/system-status.js';
import { segmentCases } from '../domain/segment/vector-cases.js';
import { etcdForSuite, freshPrefix, testEtcdBinary } from '../support/etcd.js';
import { startTestEtcdCluster } from '../support/etcd-cluster.js';
import { eventually } from '../support/eventually.js';
import { LogWriter } from '../support/log-writer.js';
import { makeCertificate } from '../support/made-certificate.js';
import { never } from '../support/never.js';
import { runTelemetry } from '../support/telemetry.js';

const partitions = 4;

/** As the program tells it, which finds no supervisor in this folder. */
const look = async (endpoints: readonly string[], prefix: string): Promise<SystemStatus> => {
  const where = ['--etcd', endpoints.join(','), '--prefix', prefix, '--data-dir', 'no-such-folder'];
  const run = await runTelemetry(['status', '--json', ...where]);
  assert.equal(run.code, 0, run.stderr);
  return JSON.parse(run.stdout) as SystemStatus;
};

const checkpointOf = (digit: string, events: number): SourceCheckpoint => {
  const stretch = { length: 0, sha256: '' };
  const source = digit.repeat(32);
  assert(SourceId.is(source));
  return {
    ...{ source, cluster: 'c' as SourceCheckpoint['cluster'], path: 'a.csv', log_id: 'x', claim: 1n as Revision },
    ...{ batch: 0, offset: 9, row: 9, rows: events, events, dead_letters: 0, dead_letter_bytes: 0, counted: 9 },
    ...{ first: stretch, last: stretch, pass: 0, base: null, newest: null, state: 'ended' },
  };
};

describe('what the store says of a system', () => {
  const etcd = etcdForSuite();

  it('is nothing yet where no log has been created', async () => {
    let told = await look(etcd().endpoints, freshPrefix());
    // What etcd does not tell in time is left out.
    await eventually('it tells how full etcd is', async () => {
      if (told.etcd.quota_bytes === undefined) told = await look(etcd().endpoints, freshPrefix());
      return told.etcd.quota_bytes !== undefined;
    });
    const { processes, etcd: figures, gateways, ...store } = told;
    assert.deepEqual([processes, gateways, figures.endpoints], [[], [], etcd().endpoints]);
    assert.ok(figures.db_bytes! > 0 && figures.quota_bytes! > figures.db_bytes!);
    const log = { partitions: 0, lanes: 0, segments: 0, events: 0 };
    assert.deepEqual(store, { log, head: null, projections: [], dead_letters: 0 });
  });

  it('counts the log by its lanes, events by the checkpoints, and how far each projection is behind', async () => {
    const prefix = freshPrefix();
    const keys = new Keys(prefix);
    const client = createClient({ endpoints: etcd().endpoints });
    try {
      await openLog(client, keys, partitions, never);
      const written: string[] = [];
      const each = segmentCases['usual-columns']!;
      const segment = encodeSegment(each);
      const writers = [0, 5].map((lane) => new LogWriter(client, keys, partitions, lane as Lane, written, segment));
      let head = 0n as Revision;
      for (let append = 0; append < 40; append++) head = await writers[append % 2]!.append();
      for (const checkpoint of [checkpointOf('a', 300), checkpointOf('b', 47)]) {
        await client.put(keys.source(checkpoint.source)).value(toJson(SourceCheckpoint, checkpoint));
        await client.put(keys.deadLetter({ source: checkpoint.source, offset: 7 })).value('{}');
      }
      const record = (projection: GenerationRecord['projection']): GenerationRecord => ({
        ...{ projection, generation: 1, version: 1, state: 'active', partial: false },
        created_at: instantOfMillis(0),
      });
      for (const name of projectionNames)
        await generationRegistry(client, keys).change((view) => firstGenerations(view, [record(name)]), never);
      const ofPartition = (partition: number) =>
        written.filter((line) => line.split(' ')[1] === String(partition)).length;
      // `gpu` has folded partition 0 to its end, the others have folded nothing.
      const part = { projection: 'gpu' as const, generation: 1, partition: 0 as Partition };
      const done = { next: next(head), segments: ofPartition(0), events: 123 };
      await client.put(keys.checkpoint(part)).value(toJson(FoldCheckpoint, done));

      const status = await look(etcd().endpoints, prefix);
      assert.deepEqual(status.log, { partitions, lanes: 2, segments: written.length, events: 347 });
      assert.equal(status.head, String(head));
      assert.equal(status.dead_letters, 2);
      assert.deepEqual(
        status.projections!.map(({ name, state, lag_segments, events }) => [name, state, lag_segments, events]),
        [
          ['gpu', 'active', written.length - ofPartition(0), 123],
          ['host', 'active', written.length, 0],
          ['cluster', 'active', written.length, 0],
          // A run of history that has not ended is not behind: what is in it counts as folded.
          ['history', 'active', 0, written.length * each.header.events],
          ['health', 'active', written.length, 0],
        ],
      );
    } finally {
      client.close();
    }
  });

  it('P8: is read anew when etcd is compacted under the reading, and so are the projections', async () => {
    const client = createClient({ endpoints: etcd().endpoints });
    const keys = new Keys(freshPrefix());
    const over = new AbortController();
    let compactions = 0;
    const compacting = async (): Promise<void> => {
      while (!over.signal.aborted) {
        await client.put(`${keys.prefix}else`).value(String(compactions));
        const through = String(await headRevision(client, never));
        await client.kv.compact({ revision: through }).then(
          () => compactions++,
          () => undefined,
        );
        await pause(10);
      }
    };
    try {
      await openLog(client, keys, partitions, never);
      const disturbing = compacting();
      try {
        for (let n = 0; n < 10 || compactions <= 10; n++)
          assert.equal((await look(etcd().endpoints, keys.prefix)).log!.partitions, partitions);
        const where = ['--etcd', etcd().endpoints.join(','), '--prefix', keys.prefix];
        const before = compactions;
        for (let n = 0; n < 10 || compactions <= before + 10; n++) {
          const run = await runTelemetry(['projections', 'list', '--json', ...where]);
          assert.equal(run.code, 0, run.stderr);
        }
      } finally {
        over.abort();
        await disturbing;
      }
    } finally {
      client.close();
    }
  });

  it('is left out, with a sentence, when etcd cannot be reached', async () => {
    const nobody = `http://127.0.0.1:${String(await freePort())}`;
    const run = await runTelemetry(['status', '--etcd', nobody, '--data-dir', 'no-such-folder']);
    assert.equal(run.code, 1);
    assert.ok(run.stderr.startsWith(`etcd is unreachable (${nobody}: `), run.stderr);
  });
});

describe('how full etcd is', () => {
  it('L8: is told of the fullest of its members, as at /health, and of the others when one does not answer', async () => {
    const etcd = await startTestEtcdCluster();
    const client = createClient({ endpoints: etcd.endpoints });
    try {
      for (let i = 0; i < 64; i++) await client.put(`gone/${String(i)}`).value(Buffer.alloc(2 ** 17, 1));
      await client.delete().prefix('gone/');
      await client.kv.compact({ revision: String(await headRevision(client, never)), physical: true });
      for (const endpoint of etcd.endpoints.slice(0, 2)) {
        const each = createClient({ endpoints: [endpoint] });
        // It compacts by itself, later than the member that was asked: before that there is nothing to give back.
        await eventually('it has given back what was deleted', async () => {
          await each.maintenance.defragment({ deadline: Date.now() + 60_000 });
          return Number((await each.maintenance.status()).dbSize) < 2 ** 20;
        });
        each.close();
      }
      const all = (await look(etcd.endpoints, freshPrefix())).etcd;
      assert.ok(all.db_bytes! > 4 * 2 ** 20, JSON.stringify(all));
      await etcd.members[2]!.kill();
      const others = (await look(etcd.endpoints, freshPrefix())).etcd;
      assert.ok(others.db_bytes! < 2 ** 20, JSON.stringify(others));
      assert.equal(others.state, 'ok');
    } finally {
      client.close();
      await etcd.stop();
    }
  });

  it('L8: is told behind certificates too, where no metrics can be read', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'status-tls-'));
    const [clientPort, certFile, keyFile] = [await freePort(), join(folder, 'cert.pem'), join(folder, 'key.pem')];
    const { cert, key } = makeCertificate('etcd');
    await writeFile(certFile, cert);
    await writeFile(keyFile, key);
    const peerPort = await freePort(new Set([clientPort]));
    const node = { name: 'test', dataDir: join(folder, 'data'), clientPort, peerPort };
    // The last of two flags counts.
    const secure = [`--listen-client-urls=https://127.0.0.1:${String(clientPort)}`];
    secure.push(`--advertise-client-urls=https://127.0.0.1:${String(clientPort)}`);
    secure.push(`--cert-file=${certFile}`, `--key-file=${keyFile}`);
    const etcd = await spawnGuarded(await testEtcdBinary(), [...etcdFlags(node, [node]), ...secure], {
      ...{ env: etcdEnvironment(process.env), removeAfterUs: folder, onLine: () => undefined },
    });
    const where = ['--etcd', `https://127.0.0.1:${String(clientPort)}`, '--etcd-ca', certFile, '--data-dir', folder];
    try {
      await eventually('it tells how full it is', async () => {
        const { stdout } = await runTelemetry(['status', '--json', ...where]);
        const { db_bytes: bytes = 0, state } = (JSON.parse(stdout) as SystemStatus).etcd;
        return bytes > 0 && state === 'ok';
      });
    } finally {
      sendSignal(etcd.pid, 'SIGKILL');
      await etcd.ended;
      await rm(folder, { recursive: true, force: true });
    }
  });
});
