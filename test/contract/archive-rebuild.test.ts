import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Etcd3 } from 'etcd3';
import { deleteAll } from '../../commands/retention/trim-log.js';
import { archiveName } from '../../domain/archive-file.js';
import { type ArchivedLog, type ArchiveHeld } from '../../domain/archive-held.js';
import { type BuildWatch } from '../../domain/build-watch.js';
import { type FoldCheckpoint, projectionNames } from '../../domain/generation.js';
import { type LogReader } from '../../domain/log-entry.js';
import { type ModelPart } from '../../domain/read-model.js';
import { beginning, type Revision } from '../../domain/revision.js';
import { trimmedInAll, wholeFrom } from '../../domain/trim-horizon.js';
import { headRevision } from '../../infra/etcd/range.js';
import { ArchiveFolder } from '../../infra/archive/archive-folder.js';
import { readHorizons } from '../../infra/etcd/horizons.js';
import { EtcdLogReader } from '../../infra/etcd/log-reader.js';
import { modelStore } from '../../infra/etcd/model-store.js';
import { EtcdTrimStore } from '../../infra/etcd/trim-store.js';
import { documentOf } from '../../projections/documents/json.document.js';
import { chunkDocument } from '../../projections/history/chunk.document.js';
import { projections } from '../../projections/projections.js';
import { type CollectorPorts } from '../../projections/runner/surroundings.js';
import { ArchiveHere } from '../support/archive-here.js';
import {
  type CollectorSetup,
  type CollectorWorld,
  type Operator,
  startCollector,
  type TestCollector,
} from '../support/collectors.js';
import { etcdForSuite } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { type FleetLog } from '../support/fleet-log.js';
import { FoldedLog } from '../support/folded-log.js';
import { never } from '../support/never.js';
import { type Rebuilds } from '../support/rebuilds.js';
import { retentionHere } from '../support/retention-here.js';
import { withSoonerRuns } from '../support/sooner-runs.js';
import { useTempFolder } from '../support/temp-folder.js';

const partitions = 4;
/** An append of one second has about 65 kB in one partition, so that runs of history end. */
const fleet = { hosts: 1, gpusPerHost: 8, metrics: 2, noise: 8_192 };

describe('a projection that is built anew from an archive', () => {
  const etcd = etcdForSuite();
  const folder = useTempFolder();
  let folded: FoldedLog;
  let world: CollectorWorld;
  let client: Etcd3;
  let log: FleetLog;
  let operator: Operator;
  let rebuilds: Rebuilds;
  let archive: ArchiveHere;
  let running: TestCollector[];

  const collector = async (given: 'with the archive' | 'without it', more: CollectorSetup = {}) => {
    const held = given === 'with the archive' ? { archive: await archive.watched() } : {};
    return folded.collector({ ...more, ports: (real) => ({ ...real, ...held }) });
  };

  beforeEach(async () => {
    folded = new FoldedLog(etcd().endpoints, partitions, fleet);
    ({ client, log, operator, rebuilds, running, world } = folded);
    archive = new ArchiveHere(client, world, join(folder(), 'archive'));
    await log.stream(40);
    const first = await collector('without it');
    await operator.caughtUp(log.events);
    await first.stop();
  });
  afterEach(async () => {
    await folded.close();
    archive.close();
  });

  const horizons = async () => (await readHorizons(client, world.keys, never)).horizons;
  const entriesInLog = async (): Promise<number> => {
    const reader = new EtcdLogReader(client, world.keys, partitions);
    let entries = 0;
    const head = await reader.head(never);
    for await (const batch of reader.list({ kind: 'everything' }, beginning, head, never))
      entries += batch.entries.length;
    return entries;
  };
  /** Deletes the old end of the log, as retention does. */
  const trim = async (keptBytes = 600_000) => {
    const retention = retentionHere(world.endpoints, world.keys, partitions, {
      log: { kind: 'bytes', bytes: keptBytes },
    });
    await eventually('the log is trimmed', async () => (await horizons()).size > 0);
    await retention.stop();
    assert.ok(await deleteAll(new EtcdTrimStore(client, world.keys, partitions), await horizons(), never));
    // What was deleted could be read at an earlier revision until then.
    await client.kv.compact({ revision: String(await headRevision(client, never)), physical: true });
    assert.ok(trimmedInAll(await horizons()).events > 0);
    assert.ok((await entriesInLog()) < log.segments);
  };
  /** Of a generation of history, whose events are all in one partition. */
  const checkpoint = async (generation: number): Promise<FoldCheckpoint> => {
    const stored = await modelStore(client, world.keys).load(historyPart(generation), false, never);
    assert.ok(stored.checkpoint !== undefined);
    return stored.checkpoint.value;
  };
  /** Events in its chunks. */
  const chunkEvents = async (generation: number): Promise<number> => {
    const { documents } = await modelStore(client, world.keys).load(historyPart(generation), true, never);
    return documents.reduce((sum, { path, value }) => sum + documentOf(chunkDocument, path, value).events, 0);
  };
  const historyPart = (generation: number): ModelPart => ({
    ...{ projection: 'history', generation },
    partition: log.partitionOfHost(0),
  });
  const held = async (): Promise<ArchiveHeld> => {
    const { held: found } = await archive.watched();
    assert.ok(found !== undefined);
    return found;
  };

  it('R3: has the same documents as before, byte for byte, and is built by nobody who lacks the archive', async () => {
    const before = await rebuilds.storedOfAll();
    await archive.write();
    await trim();
    const without = await collector('without it');
    const through = (wholeFrom(await horizons()) - 1n) as Revision;
    const builds = [];
    for (const name of projectionNames) builds.push(await rebuilds.reset(name, await held()));
    assert.deepEqual(
      builds.map(({ partial, archived_through: end }) => [partial, end]),
      builds.map(() => [false, through]),
    );
    await eventually('it has seen the builds', () => without.newest !== undefined);
    await operator.caughtUp(log.events);
    const claimed = await operator.snapshot();
    assert.ok(
      claimed.generations.every(({ record, checkpoints }) => record.state !== 'building' || checkpoints.size === 0),
    );

    await collector('with the archive');
    await Promise.all(builds.map((build) => rebuilds.switched(build)));
    assert.deepEqual(await rebuilds.storedOfAll(), before);
    await operator.assertSound();
    // What follows is folded by anybody: it is in the log.
    await running.pop()!.stop();
    await log.stream(3);
    await operator.caughtUp(log.events);
    await operator.assertSound();
  });

  it('R1, R3: crashes in the middle of the archive lose nothing but time', async () => {
    const before = await rebuilds.storedOfAll();
    await archive.write();
    await trim();
    const builds = [];
    for (const name of projectionNames) builds.push(await rebuilds.reset(name, await held()));
    for (const files of [1, 2, 4]) {
      // It comes no further than so many files of the archive, with all that it holds in memory, and is gone then.
      const watched = await archive.watched();
      let read = 0;
      const until = (log: LogReader): LogReader => ({
        head: (signal) => log.head(signal),
        list: (...of) => log.list(...of),
        passedBy: (...of) => log.passedBy(...of),
        async *follow(scope, from, signal) {
          for await (const batch of log.follow(scope, from, signal)) {
            if (batch.entries.length > 0 && read++ >= files) {
              if (!signal.aborted) await once(signal, 'abort');
              return;
            }
            yield batch;
          }
        },
      });
      const stopping: ArchivedLog = {
        get held() {
          return watched.held;
        },
        upTo: (through: Revision) => until(watched.upTo(through)),
      };
      const ports = (real: CollectorPorts): CollectorPorts => ({ ...real, archive: stopping });
      const doomed = await startCollector(world, { leaseSeconds: 1, ports });
      await eventually('it has read so far', () => read > files);
      await doomed.abandon();
    }
    assert.ok((await rebuilds.view()).generations.some(({ record }) => record.state === 'building'));
    await collector('with the archive');
    await Promise.all(builds.map((build) => rebuilds.switched(build)));
    assert.deepEqual(await rebuilds.storedOfAll(), before);
    await operator.assertSound();
  });

  it('R1, R3: takes over only when what the archive holds is folded, whatever the log itself still has', async () => {
    const before = await rebuilds.stored(await rebuilds.active('history'));
    await archive.write();
    await trim();
    const build = await rebuilds.reset('history', await held());
    const watched = await archive.watched();
    let looks = 0;
    let goOn: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (goOn = resolve));
    const slow = (log: LogReader): LogReader => ({
      head: (signal) => log.head(signal),
      list: (...of) => log.list(...of),
      passedBy: (...of) => log.passedBy(...of),
      async *follow(...of) {
        await gate;
        yield* log.follow(...of);
      },
    });
    const slowly: ArchivedLog = {
      get held() {
        return watched.held;
      },
      upTo: (through: Revision) => slow(watched.upTo(through)),
    };
    const counting = (builds: BuildWatch): BuildWatch => ({
      ...builds,
      checkpoints: (of, signal) => {
        looks++;
        return builds.checkpoints(of, signal);
      },
    });
    await folded.collector({ ports: (real) => ({ ...real, archive: slowly, builds: counting(real.builds) }) });
    await eventually('the build was looked at again and again', () => looks > 5);
    assert.equal((await rebuilds.active('history')).generation, 1);
    goOn();
    await rebuilds.switched(build);
    assert.deepEqual(await rebuilds.stored(build), before);
    await operator.assertSound();
  });

  /** What an older version did: its runs ended sooner, and retention has followed them. */
  const anOlderVersionWas = async (): Promise<void> => {
    const older = await collector('without it', { projections: withSoonerRuns });
    await rebuilds.switched(await rebuilds.reset('history'));
    await log.stream(15);
    await eventually('all of its runs are written', async () => (await checkpoint(2)).events === log.events);
    await older.stop();
    await archive.write();
    await trim(150_000);
  };

  it('R1, R3: history whose runs end elsewhere than before is whole in the log when it takes over, and stays so', async () => {
    await anOlderVersionWas();
    const [horizon] = [...(await horizons()).values()];

    // One of them decides, and another may have the partition that is concerned.
    const builders = [await collector('with the archive'), await collector('with the archive')];
    const build = await rebuilds.reset('history', await held());
    // Nothing is appended meanwhile: the run that lies about the horizon does not end by itself.
    await rebuilds.switched(build);
    assert.ok((await checkpoint(3)).next >= horizon!.from, 'what is left to be read is in the log');
    const cut = { partition: log.partitionOfHost(0), at: horizon!.from };
    assert.deepEqual((await rebuilds.active('history')).runs_cut, [cut]);
    await Promise.all(builders.map((one) => one.stop()));

    await collector('without it');
    await log.stream(40);
    await operator.caughtUp(log.events);
    const { events, next } = await checkpoint(3);
    assert.ok(next > horizon!.from, 'runs have ended since');
    assert.equal(await chunkEvents(3), events, 'every event is in a chunk');
    await operator.assertSound();
    await running.pop()!.stop();

    // Who builds it once more, from the archive, makes the same of it.
    const before = await rebuilds.stored(await rebuilds.active('history'));
    await archive.write();
    await collector('with the archive');
    const again = await rebuilds.reset('history', await held());
    await rebuilds.switched(again);
    assert.deepEqual(await rebuilds.stored(again), before);
  });

  it('R1, R3: a run that ends by itself while it is decided to end it leaves no cut that nobody made', async () => {
    await anOlderVersionWas();
    const horizon = (await horizons()).get(log.partitionOfHost(0))!;

    // Between the look at how far the build is and what is decided on it, the run about the horizon ends.
    let [looks, isEnded] = [0, false];
    const meanwhile = (builds: BuildWatch): BuildWatch => ({
      ...builds,
      heads: (signal) => {
        looks++;
        return builds.heads(signal);
      },
      checkpoints: async (of, signal) => {
        const seen = await builds.checkpoints(of, signal);
        if (looks < 2 || isEnded) return seen;
        isEnded = true;
        assert.ok((await checkpoint(3)).next < horizon.from);
        await log.stream(15);
        await eventually('the run has ended', async () => (await checkpoint(3)).next > horizon.from);
        return seen;
      },
    });
    const watched = { archive: await archive.watched() };
    await folded.collector({ ports: (real) => ({ ...real, ...watched, builds: meanwhile(real.builds) }) });
    const build = await rebuilds.reset('history', await held());
    await rebuilds.switched(build);
    assert.ok(isEnded);
    await operator.caughtUp(log.events);
    await operator.assertSound();
    const active = await rebuilds.active('history');
    assert.equal(active.runs_cut, undefined);
    const before = await rebuilds.stored(active);

    await archive.write();
    await running.pop()!.stop();
    await collector('with the archive');
    const again = await rebuilds.reset('history', await held());
    await rebuilds.switched(again);
    assert.deepEqual(await rebuilds.stored(again), before);
    await operator.assertSound();
  });

  it('R2, R3: a newer version builds from the archive what the log no longer has', async () => {
    const before = await rebuilds.storedOfAll();
    await archive.write();
    await trim();
    const newer = projections.map((one) => (one.name === 'history' ? { ...one, version: one.version + 1 } : one));
    const started = await collector('with the archive', { projections: newer });
    await rebuilds.switched({ projection: 'history', generation: 2 });
    const { partial, version } = await rebuilds.active('history');
    assert.deepEqual([partial, version], [false, newer.find(({ name }) => name === 'history')!.version]);
    assert.match(started.notices.join('\n'), /history is rebuilt in version \d+, as generation 2, from the archive/);
    assert.deepEqual((await rebuilds.storedOfAll()).get('history'), before.get('history'));
  });

  it('R2, R3: a newer version whose archive cannot be read waits for it, and builds no less than there was', async () => {
    const before = await rebuilds.storedOfAll();
    await archive.write();
    await trim();
    await rename(archive.folder, `${archive.folder}-away`);
    const newer = projections.map((one) => (one.name === 'history' ? { ...one, version: one.version + 1 } : one));
    const started = await collector('with the archive', { projections: newer });
    await eventually('it says that it waits', () =>
      started.notices.some((text) => /history is not rebuilt in version \d+ yet.* archive cannot be read/.test(text)),
    );
    await eventually('it has begun to fold', () => started.newest !== undefined);
    assert.equal((await rebuilds.view()).generations.length, projectionNames.length);

    await rename(`${archive.folder}-away`, archive.folder);
    await rebuilds.switched({ projection: 'history', generation: 2 });
    assert.equal((await rebuilds.active('history')).partial, false);
    assert.deepEqual((await rebuilds.storedOfAll()).get('history'), before.get('history'));
  });

  it('R3: is refused with what is missing where neither log nor archive reaches back, and nothing is changed', async () => {
    await archive.write();
    await trim();
    const { generations } = await rebuilds.view();
    const { through } = await held();
    const tooShort = { from: beginning, through: 3n as Revision };
    const tooLate = { from: 5n as Revision, through };
    for (const given of [undefined, tooShort, tooLate]) {
      const refused = await rebuilds.ask('gpu', 'refuse', given);
      assert(refused.kind === 'refused');
      assert.match(refused.reason, /\d+ segments with \d+ events, .* have been trimmed/);
      if (given === undefined) continue;
      assert.ok(refused.reason.includes(`the revisions ${String(given.from)} to ${String(given.through)}`));
    }
    assert.deepEqual((await rebuilds.view()).generations, generations);
  });

  it('R3: an archive that was begun after a trim holds all that is left, and nothing is built from it', async () => {
    await trim();
    await archive.write();
    const folder = new ArchiveFolder(archive.folder);
    let entries = 0;
    for (const name of await folder.names()) entries += (await folder.read(name)).entries.length;
    assert.equal(entries, await entriesInLog());
    const found = await held();
    assert.equal(found.from, wholeFrom(await horizons()));
    const refused = await rebuilds.ask('gpu', 'refuse', found);
    assert(refused.kind === 'refused');
    assert.match(refused.reason, new RegExp(`the revisions ${String(found.from)} to`));
  });

  it('R3: a request that names no folder is for the archive that a collector has, and refused where none has one', async () => {
    await archive.write();
    await trim();
    const asked = () => rebuilds.ask('gpu', 'refuse', 'as collectors have it');
    assert.equal((await asked()).kind, 'refused');
    await collector('without it');
    assert.equal((await asked()).kind, 'refused');
    const before = await rebuilds.stored(await rebuilds.active('gpu'));
    await collector('with the archive');
    await eventually('it has told of its archive', async () =>
      (await operator.snapshot()).collectors.some(({ archive: told }) => told !== undefined),
    );
    const started = await asked();
    assert(started.kind === 'started');
    await rebuilds.switched(started.record);
    assert.deepEqual(await rebuilds.stored(started.record), before);
  });

  it('R3: a file of the archive that turns out to be damaged ends the build, which names it', async () => {
    await archive.write();
    await trim();
    const found = await held();
    const [first] = (await readdir(archive.folder)).filter((name) => name.endsWith('.segments')).sort();
    const whole = await readFile(join(archive.folder, first!));
    await collector('with the archive');
    await writeFile(join(archive.folder, first!), 'other bytes');
    const before = await rebuilds.active('gpu');
    await rebuilds.reset('gpu', found);
    const failed = async () => (await rebuilds.view()).generations.find(({ record }) => record.state === 'failed');
    await eventually('the build has failed', async () => (await failed()) !== undefined);
    assert.match((await failed())!.record.failure!, new RegExp(`archive: .*${first!}: it is damaged`));
    assert.deepEqual(await rebuilds.active('gpu'), before);

    await writeFile(join(archive.folder, first!), whole);
    await rebuilds.switched(await rebuilds.reset('gpu', found));
    await operator.assertSound();
  });

  it('R3: an archive whose first file is gone is not what is asked for, as soon as it is looked at', async () => {
    await archive.write();
    await trim();
    const [first] = (await readdir(archive.folder)).filter((name) => name.endsWith('.segments')).sort();
    const whole = await readFile(join(archive.folder, first!));
    await collector('with the archive');
    const from = async () => (await operator.snapshot()).collectors[0]?.archive?.from;
    await eventually('it tells that its archive reaches back', async () => (await from()) === beginning);
    await rm(join(archive.folder, first!));
    await eventually('it tells what it has now', async () => ((await from()) ?? beginning) > beginning);
    const refused = await rebuilds.ask('gpu', 'refuse', 'as collectors have it');
    assert(refused.kind === 'refused');
    assert.match(refused.reason, /the archive holds the revisions \d+ to \d+ of the log, of which 0 to \d+ are needed/);

    await writeFile(join(archive.folder, first!), whole);
    await eventually('it tells that it is whole again', async () => (await from()) === beginning);
    const started = await rebuilds.ask('gpu', 'refuse', 'as collectors have it');
    assert(started.kind === 'started');
    await rebuilds.switched(started.record);
    await operator.assertSound();
  });

  it('R3: an archive that goes away while a build reads it holds that up, and does not end it', async () => {
    const before = await rebuilds.stored(await rebuilds.active('gpu'));
    await archive.write();
    await trim();
    const found = await held();
    const watched = await archive.watched();
    // Nobody has looked at it since: it counts as there.
    const unnoticed: ArchivedLog = { held: found, upTo: (through) => watched.upTo(through) };
    const builder = await folded.collector({ ports: (real) => ({ ...real, archive: unnoticed }) });
    const away = `${archive.folder}-away`;
    await rename(archive.folder, away);
    const build = await rebuilds.reset('gpu', found);
    await eventually('it says that it waits', () =>
      builder.notices.some((text) => /waits for its archive: .*there is no such file or folder/.test(text)),
    );
    await rename(away, archive.folder);
    await rebuilds.switched(build);
    assert.deepEqual(await rebuilds.stored(build), before);
    await operator.assertSound();
  });

  it('R3, L9: a file among those of the archive that is of another log ends the build, which names it', async () => {
    await archive.write();
    await trim();
    const found = await held();
    await collector('with the archive');
    const files = new ArchiveFolder(archive.folder);
    const [, second] = await files.names();
    const { head, entries } = await files.read(second!);
    await rm(join(archive.folder, archiveName(second!)));
    const { format, entries: count, ...own } = head;
    assert.ok(format === 1 && count === entries.length);
    const { name } = await files.write({ ...own, log_id: '0'.repeat(32) }, entries);
    const before = await rebuilds.active('gpu');
    await rebuilds.reset('gpu', found);
    const failed = async () => (await rebuilds.view()).generations.find(({ record }) => record.state === 'failed');
    await eventually('the build has failed', async () => (await failed()) !== undefined);
    assert.match((await failed())!.record.failure!, new RegExp(`${archiveName(name)}.* is of the log 0{32}`));
    assert.deepEqual(await rebuilds.active('gpu'), before);
  });
});
