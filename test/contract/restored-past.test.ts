import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Etcd3 } from 'etcd3';
import { createClient } from '../../infra/etcd/client.js';
import { follow } from '../../infra/etcd/follow.js';
import { Keys } from '../../infra/etcd/keys.js';
import { EtcdLogReader } from '../../infra/etcd/log-reader.js';
import { headRevision } from '../../infra/etcd/range.js';
import { recoverLog } from '../../infra/etcd/recover-log.js';
import { type Instant } from '../../domain/instant.js';
import { beginning, next, type Revision } from '../../domain/revision.js';
import { untilReached } from '../support/api.js';
import { collectorHere } from '../support/collector-here.js';
import { startTestEtcd, type TestEtcd } from '../support/etcd.js';
import { backUpEtcd } from '../support/etcd-backup.js';
import { eventually } from '../support/eventually.js';
import { gatewayHere } from '../support/gateway-here.js';
import { never } from '../support/never.js';
import { longHeader, longRow } from '../support/source-texts.js';
import { testStreamer } from '../support/streaming.js';
import { portOf, startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';

describe('an etcd that was restored, and that others have written to before a process sees it again', function () {
  this.timeout(300_000);
  let etcd: TestEtcd;
  let proxy: TcpProxy;
  let folder: string;
  beforeEach(async () => {
    etcd = await startTestEtcd();
    proxy = await startTcpProxy(portOf(etcd.endpoint));
    folder = await mkdtemp(join(tmpdir(), 'telemetry-restored-past-'));
  });
  afterEach(async () => {
    await proxy.close();
    await etcd.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const keys = new Keys('/telemetry/');
  const stream = async (name: string, endpoint = etcd.endpoint): Promise<void> => {
    const path = join(folder, name);
    await writeFile(path, `${longHeader}\n${longRow({ value: '1', container: name })}\n`);
    const streamer = await testStreamer({ endpoint, prefix: keys.prefix });
    await streamer.run([path]).finally(() => streamer.close());
  };
  const head = async (): Promise<Revision> => {
    const client = createClient({ endpoints: etcd.endpoints });
    return headRevision(client, never).finally(() => client.close());
  };
  /** Others write to what is restored; what of that was done before a process sees it again, may be compacted. */
  const backUp = async (): Promise<(meanwhile?: (client: Etcd3) => Promise<unknown>) => Promise<void>> => {
    const putBack = await backUpEtcd(etcd);
    return async (meanwhile = () => Promise.resolve()) => {
      const seen = await head();
      proxy.refuse();
      await putBack();
      const other = createClient({ endpoints: etcd.endpoints });
      while ((await headRevision(other, never)) <= seen + 100n) await other.put('/other').value('x');
      await meanwhile(other);
      other.close();
      proxy.pass();
    };
  };
  /** What is said by what runs over the proxy until it ends. */
  const running = (
    run: (store: { client: ReturnType<typeof createClient>; keys: Keys }, signal: AbortSignal) => Promise<void>,
  ) => {
    const client = createClient({ endpoints: [proxy.endpoint] });
    const stop = new AbortController();
    let said: string | undefined;
    const ended = run({ client, keys }, stop.signal).then(
      () => (said = 'stopped by hand'),
      (error: unknown) => (said = String(error)),
    );
    return {
      said: () => said,
      end: async () => {
        stop.abort();
        await ended;
        client.close();
      },
    };
  };
  /** A gateway reads the log in several places: the first to look may be one that misses a segment which it knows of. */
  const isToldOrGone = /is not what was seen there: .*telemetry log recover|is missing \(L2\)/;
  const isTold = /is not what was seen there: .*telemetry log recover/;

  /** A collector that writes straight to etcd, until it owns all partitions of all projections. */
  const collecting = async () => {
    const client = createClient({ endpoints: etcd.endpoints });
    const collector = running((store, signal) => collectorHere({ ...store, client }, 16, signal));
    await eventually(
      'it owns partitions',
      async () => (await client.getAll().prefix(`${keys.prefix}claims/`).count()) >= 64,
    );
    return async () => {
      await collector.end();
      client.close();
    };
  };

  it('L9: a gateway stops with a message', async () => {
    await stream('one');
    const restore = await backUp();
    const endCollecting = await collecting();
    let origin = '';
    const gateway = running((store, signal) => gatewayHere(store, (at) => (origin = at), signal));
    try {
      await eventually('the gateway is ready', () => origin !== '');
      await stream('two');
      await untilReached(origin, await head());
      await endCollecting();
      await restore();
      await eventually('the gateway has stopped', () => gateway.said() !== undefined);
      assert.match(gateway.said()!, isToldOrGone);
    } finally {
      await gateway.end();
      await endCollecting();
    }
  });

  it('L9: who reads the log anew looks for what was heard of in an earlier reading', async () => {
    await stream('one');
    const restore = await backUp();
    const client = createClient({ endpoints: [proxy.endpoint] });
    const log = new EtcdLogReader(client, keys, 16);
    /** Follows the log from its beginning until so many segments have come. */
    const read = async (count: number, meanwhile: () => Promise<void>): Promise<void> => {
      let found = 0;
      for await (const { entries } of log.follow({ kind: 'everything' }, beginning, never)) {
        found += entries.length;
        if (found >= count) return;
        await meanwhile();
      }
    };
    await read(2, () => stream('two'));
    await restore();
    await assert.rejects(
      read(2, () => Promise.resolve()),
      isTold,
    );
    client.close();
  });

  type Meanwhile = Parameters<Awaited<ReturnType<typeof backUp>>>[0];

  /** What a gateway says that has only listed the log, and heard of nothing since it began. */
  const saidByGateway = async (meanwhile?: Meanwhile): Promise<string> => {
    await stream('one');
    await (
      await collecting()
    )();
    const restore = await backUp();
    await stream('two');
    let origin = '';
    const gateway = running((store, signal) => gatewayHere(store, (at) => (origin = at), signal));
    try {
      await eventually('the gateway is ready', () => origin !== '');
      await restore(meanwhile);
      await eventually('the gateway has stopped', () => gateway.said() !== undefined);
      return gateway.said()!;
    } finally {
      await gateway.end();
    }
  };

  /** What a collector says that owned all partitions. @param last what is done before etcd is restored */
  const saidByCollector = async (last: () => Promise<void>, meanwhile?: Meanwhile): Promise<string> => {
    await stream('one');
    const restore = await backUp();
    const collector = running((store, signal) => collectorHere(store, 16, signal));
    try {
      const direct = createClient({ endpoints: etcd.endpoints });
      const claimed = () => direct.getAll().prefix(`${keys.prefix}claims/`).count();
      await eventually('the collector owns partitions', async () => (await claimed()) >= 64);
      direct.close();
      await last();
      await restore(meanwhile);
      await eventually('the collector has stopped', () => collector.said() !== undefined);
      return collector.said()!;
    } finally {
      await collector.end();
    }
  };

  it('L9: a gateway that has heard of nothing since it began, and only listed the log, stops with a message', async () => {
    assert.match(await saidByGateway(), isToldOrGone);
  });

  it('L9: a collector stops with a message', async () => {
    assert.match(await saidByCollector(() => Promise.resolve()), isTold);
  });

  describe('and was recovered, and compacted past all that a process had seen', () => {
    const recovered = async (client: Etcd3): Promise<void> => {
      await recoverLog(client, keys, 0n as Instant, never);
      await client.kv.compact({ revision: String(await headRevision(client, never)), physical: true });
    };
    const isReplaced = /the log is not the one that was opened/;

    it('L9: a gateway stops with a message', async () => {
      assert.match(await saidByGateway(recovered), isReplaced);
    });

    it('L9: a collector stops with a message', async () => {
      assert.match(await saidByCollector(() => stream('two'), recovered), isReplaced);
    });
  });

  /** What is put below the prefix behind a revision. */
  const putsBehind = async (at: Revision): Promise<readonly string[]> => {
    const client = createClient({ endpoints: etcd.endpoints });
    const last = `${keys.prefix}last`;
    await client.put(last).value('');
    const range = { start: keys.prefix, end: `${keys.prefix}~` };
    const puts: string[] = [];
    try {
      for await (const heard of follow(client, range, next(at), never))
        for (const { key, stored } of heard.kind === 'changes' ? heard.changes : []) {
          if (key === last) return puts;
          if (stored) puts.push(key);
        }
      return puts;
    } finally {
      client.close();
    }
  };

  it('L9: a streamer stops with a message, and writes nothing, not even a claim', async () => {
    const path = join(folder, 'followed.csv');
    const add = (value: string) => writeFile(path, `${longRow({ value })}\n`, { flag: 'a' });
    await writeFile(path, `${longHeader}\n`);
    await add('1');
    const streamer = await testStreamer({
      endpoint: proxy.endpoint,
      prefix: keys.prefix,
      settings: { batch: { rows: 1, ms: 50 } },
      leaseSeconds: 2,
    });
    let said: string | undefined;
    const stop = new AbortController();
    const ended = streamer.run([path], { follow: true }, { stop: stop.signal }).then(
      () => (said = 'stopped by hand'),
      (error: unknown) => (said = String(error)),
    );
    try {
      await eventually('a row is appended', () => streamer.figures.appends === 1);
      const restore = await backUp();
      await add('2');
      await eventually('another is', () => streamer.figures.appends === 2);
      let found = beginning;
      await restore(async (client) => {
        await eventually('the lane is lost', () => streamer.events.some(({ kind }) => kind === 'fenced'));
        found = await headRevision(client, never);
      });
      await add('3');
      await eventually('the streamer has stopped', () => said !== undefined);
      assert.match(said!, isTold);
      assert.deepEqual(await putsBehind(found), []);
    } finally {
      stop.abort();
      await ended;
      streamer.close();
    }
  });
});
