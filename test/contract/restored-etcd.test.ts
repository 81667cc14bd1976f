import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replayBeside } from '../../commands/streamer/replay-beside.js';
import { type Streaming } from '../../commands/streamer/streaming.js';
import { type Append } from '../../domain/append.js';
import { type DeadLetter } from '../../domain/dead-letter.js';
import { type SourceId } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { next } from '../../domain/revision.js';
import { EtcdAppendStore } from '../../infra/etcd/append-store.js';
import { createClient } from '../../infra/etcd/client.js';
import { Keys } from '../../infra/etcd/keys.js';
import { EtcdLaneClaims } from '../../infra/etcd/lane-claims.js';
import { recoverLog } from '../../infra/etcd/recover-log.js';
import { HistoryRolledBack, isRolledBack, LogReplaced } from '../../infra/etcd/rolled-back.js';
import { EtcdReplayStore } from '../../infra/etcd/replay-store.js';
import { SeenLog } from '../../infra/etcd/seen-log.js';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { never } from '../support/never.js';
import { longHeader, longRow } from '../support/source-texts.js';
import { testStreamer } from '../support/streaming.js';

const source = '0123456789abcdef0123456789abcdef' as SourceId;

describe('a streamer on an etcd that was restored or replaced', function () {
  this.timeout(120_000);
  const etcd = etcdForSuite();
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'telemetry-restored-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('L9: stops with a message when etcd has gone back to a backup, and appends nothing to it', async () => {
    const prefix = freshPrefix();
    const file = join(folder, 'loop.csv');
    await writeFile(file, `${longHeader}\n${longRow({ value: '1' })}\n${longRow({ value: '2' })}\n`);
    const settings: Partial<Streaming> = { loop: true, batch: { rows: 1, ms: 60_000 } };
    const streamer = await testStreamer({ endpoint: etcd().endpoint, prefix, settings });
    try {
      const running = streamer.run([file], { loop: true });
      const said = running.then(
        () => 'ended',
        (error: unknown) => error,
      );
      await eventually('some passes', () => streamer.figures.appends > 20);
      await etcd().kill();
      const backup = join(folder, 'backup');
      await cp(etcd().dataDir, backup, { recursive: true });
      await etcd().restart();
      const { appends } = streamer.figures;
      await eventually('much more is appended', () => streamer.figures.appends > appends + 100);
      await etcd().kill();
      await rm(etcd().dataDir, { recursive: true });
      await cp(backup, etcd().dataDir, { recursive: true });
      await etcd().restart();
      const error = await said;
      assert.ok(error instanceof HistoryRolledBack, String(error));
      assert.match(error.message, /restored from a backup .*telemetry log recover/);
    } finally {
      streamer.close();
    }
  });

  it('L9: an append and a replayed letter are refused when the log is in another epoch than the one that was opened', async () => {
    const client = createClient({ endpoints: etcd().endpoints });
    const keys = new Keys(freshPrefix());
    const seen = new SeenLog(keys);
    const store = new EtcdAppendStore(client, keys, seen);
    const letters = new EtcdReplayStore(client, keys, 'test', 60, seen);
    const claimed = await new EtcdLaneClaims(client, keys, 'test', 60).claim(never);
    assert.ok(claimed.kind === 'answered' && claimed.value);
    const held = claimed.value;
    const { lane, revision: claim } = held;
    try {
      await store.open(4, never);
      const append = (batch: number): Append => ({
        ...{ lane, claim, batch, source, segments: [], deadLetters: [] as DeadLetter[] },
        prior: batch === 0 ? undefined : `checkpoint ${String(batch - 1)}`,
        checkpoint: `checkpoint ${String(batch)}`,
      });
      const first = await store.append(append(0), never);
      assert.ok(first.kind === 'answered' && first.value.kind === 'committed');
      await recoverLog(client, keys, 0n as Instant, never);
      const before = await client.getAll().prefix(keys.prefix).strings();
      await assert.rejects(store.append(append(1), never), LogReplaced);
      const request = { set: [], at: 0n, refused: [] } as never;
      const waiting = { source, offset: 0, request, text: 'x' };
      await assert.rejects(letters.append(append(1), waiting, never), LogReplaced);
      await assert.rejects(store.writePlan('f'.repeat(32) as SourceId, 'plan', never), LogReplaced);
      assert.deepEqual(await client.getAll().prefix(keys.prefix).strings(), before);
    } finally {
      await held.release();
      client.close();
    }
  });

  it('L9: answers that overtake each other are no roll-back; one that was asked for behind a later one is', () => {
    const seen = new SeenLog(new Keys());
    const [one, two] = [seen.asked(), seen.asked()];
    const later = next(next(next(1n as never)));
    two(later);
    one(next(1n as never));
    assert.throws(() => seen.asked()(next(1n as never)), HistoryRolledBack);
    seen.asked()(later);
  });

  it('L9: what ends the reading again of dead letters is said at once', async () => {
    const said: string[] = [];
    const broken = {
      claim: () => Promise.reject(new LogReplaced()),
      pending: () => Promise.reject(new LogReplaced()),
    } as never;
    const beside = replayBeside(broken, {} as never, (line) => said.push(line), { stop: never, abandon: never });
    await eventually('it is said', () => said.length === 1);
    assert.match(said[0]!, /no dead letter is read again any more: .*telemetry log recover/);
    assert.ok(beside.failed.aborted && isRolledBack(beside.failed.reason));
    await assert.rejects(beside.end(), LogReplaced);
  });
});
