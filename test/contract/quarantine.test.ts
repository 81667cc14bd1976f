import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Etcd3 } from 'etcd3';
import { isRight } from 'fp-ts/lib/Either.js';
import { type ProjectionRow } from '../../domain/projection-row.js';
import { decodeSegmentHeader } from '../../domain/segment/decode.js';
import { createClient } from '../../infra/etcd/client.js';
import { Keys } from '../../infra/etcd/keys.js';
import { collectorHere } from '../support/collector-here.js';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { gatewayHere } from '../support/gateway-here.js';
import { longHeader, longRow } from '../support/source-texts.js';
import { testStreamer } from '../support/streaming.js';
import { type Run, runTelemetry } from '../support/telemetry.js';

const hosts = 12;

describe('a damaged segment', function () {
  this.timeout(240_000);
  const etcd = etcdForSuite();
  let folder: string;
  let client: Etcd3;
  let keys: Keys;
  let file: string;
  const stop = new AbortController();
  const running: Promise<void>[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'telemetry-damaged-'));
    client = createClient({ endpoints: etcd().endpoints });
    keys = new Keys(freshPrefix());
    file = join(folder, 'rows.csv');
    await writeFile(file, `${longHeader}\n${rows('34', 3)}`);
    await stream();
  });
  after(async () => {
    stop.abort();
    await Promise.all(running);
    client.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Every host so often at a second, each of its metrics named after the pass. */
  const rows = (second: string, times: number): string =>
    Array.from({ length: times * hosts }, (_, n) =>
      longRow({
        ...{ timestamp: `2025-07-18T20:42:${second}Z`, metric_name: `M${String(Math.floor(n / hosts))}` },
        ...{ Hostname: `h${String(n % hosts)}`, uuid: `GPU-${String(n % hosts)}` },
      }),
    ).join('\n') + '\n';

  const stream = async (): Promise<void> => {
    const streamer = await testStreamer({ endpoint: etcd().endpoint, prefix: keys.prefix, settings: { inFlight: 1 } });
    await streamer.run([file]);
    streamer.close();
  };

  const run = (...args: readonly string[]): Promise<Run> =>
    runTelemetry([...args, '--etcd', etcd().endpoint, '--prefix', keys.prefix]);
  const json = ({ stdout }: Run): Record<string, unknown> => JSON.parse(stdout) as Record<string, unknown>;

  it('L6: stops its partition with key and reason; quarantined it is passed by, recorded and shown', async () => {
    const all = await client.getAll().prefix(keys.log.start).buffers();
    const [damaged, healthy] = Object.keys(all) as [string, string];
    const { partition } = keys.parseSegment(damaged)!;
    const header = decodeSegmentHeader(all[damaged]!);
    assert(isRight(header));
    const bytes = Buffer.from(all[damaged]!);
    bytes[bytes.length >> 1]! ^= 0x40;
    await client.put(damaged).value(bytes);

    const origin = new Promise<string>((resolve, reject) => {
      const store = { client, keys };
      running.push(collectorHere(store, 16, stop.signal), gatewayHere(store, resolve, stop.signal));
      for (const one of running) one.catch(reject);
    });
    const gpus = async () => {
      const response = await fetch(`${await origin}/api/v1/gpus`);
      const { data } = (await response.json()) as { data: readonly unknown[] };
      return { shown: data.length, stopped: response.headers.get('x-telemetry-stopped-partitions') };
    };
    await eventually('the others are served', async () => {
      const { shown, stopped } = await gpus();
      return stopped === String(partition) && shown > 0 && shown < hosts;
    });
    const before = (await gpus()).shown;

    const found = await run('log', 'verify', '--json');
    assert.equal(found.code, 1);
    assert.ok((json(found)['faults'] as string[])[0]?.startsWith(`${damaged}: its checksum is`));
    assert.equal((await run('log', 'quarantine', damaged)).code, 2);
    const refused = await run('log', 'quarantine', healthy, '--reason', 'a mistake');
    assert.deepEqual([refused.code, /can be read, and holds/.test(refused.stderr)], [1, true], refused.stderr);
    assert.equal((await run('log', 'quarantine', `${damaged}0`, '--reason', 'a mistake')).code, 1);

    // More comes for that partition while it is stopped.
    await writeFile(file, `${longHeader}\n${rows('34', 3)}${rows('35', 1)}`);
    await stream();
    const figures = async () =>
      (JSON.parse((await run('projections', 'list', '--json')).stdout) as ProjectionRow[]).map(
        ({ lag_segments, events, partitions_done, stopped }) => [lag_segments, events, partitions_done, stopped.length],
      );
    await eventually('history has folded no more of the stopped partition than the others', async () => {
      const [first, ...others] = await figures();
      return others.length > 0 && others.every((one) => String(one) === String(first)) && first![0] === 2;
    });
    const passed = await run('log', 'quarantine', damaged, '--reason', 'the disk of node 3', '--json');
    assert.equal(passed.code, 0, passed.stderr);
    assert.equal(json(passed)['reason'], 'the disk of node 3');
    assert.equal((await run('log', 'quarantine', damaged, '--reason', 'again')).code, 0);

    await eventually('the partition goes on', async () => {
      const { shown, stopped } = await gpus();
      return stopped === null && shown === hosts && shown > before;
    });
    const verdict = await run('verify', '--wait', '60s', '--json');
    const { ok, rows: read, events, lost_events, quarantined } = json(verdict);
    assert.equal(ok, true, verdict.stdout);
    const lost = header.right.events;
    assert.deepEqual([read, events, lost_events], [4 * hosts, 4 * hosts - lost, lost]);
    assert.deepEqual(
      (quarantined as { key: string; reason: string }[]).map(({ key, reason }) => [key, reason]),
      [[damaged, 'the disk of node 3']],
    );
    const checked = json(await run('log', 'verify', '--json'));
    assert.deepEqual([checked['ok'], (checked['quarantined'] as unknown[]).length], [true, 1]);
    const compared = await run('projections', 'verify', '--json');
    assert.deepEqual([compared.code, json(compared)['differences']], [0, []]);
  });
});
