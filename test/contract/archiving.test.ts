import assert from 'node:assert/strict';
import { readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Etcd3 } from 'etcd3';
import { LogArchiver } from '../../commands/archive/log-archiver.js';
import { archivedOnly } from '../../commands/retention/archived-only.js';
import { archiveName, encodeArchive, sha256Of } from '../../domain/archive-file.js';
import { beginning, type Revision } from '../../domain/revision.js';
import { wholeFrom } from '../../domain/trim-horizon.js';
import { ArchiveFolder } from '../../infra/archive/archive-folder.js';
import { createClient } from '../../infra/etcd/client.js';
import { readHorizons } from '../../infra/etcd/horizons.js';
import { Keys } from '../../infra/etcd/keys.js';
import { readMaintenanceReport } from '../../infra/etcd/maintenance-report-store.js';
import { EtcdLogReader } from '../../infra/etcd/log-reader.js';
import { ArchiveHere } from '../support/archive-here.js';
import { type CollectorWorld, Operator, startCollector, type TestCollector } from '../support/collectors.js';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { FleetLog } from '../support/fleet-log.js';
import { never } from '../support/never.js';
import { retentionHere, type TestRetention } from '../support/retention-here.js';
import { useTempFolder } from '../support/temp-folder.js';

const partitions = 4;
/** An append of one second has about 65 kB in one partition, so that runs of history end. */
const fleet = { hosts: 1, gpusPerHost: 8, metrics: 2, noise: 8_192 };
const log = { kind: 'bytes', bytes: 600_000 } as const;

/** A folder on a disk that may have no room: what is written there then meets `/dev/full`. */
class Disk extends ArchiveFolder {
  isFull = false;

  override async write(...[head, entries]: Parameters<ArchiveFolder['write']>): ReturnType<ArchiveFolder['write']> {
    if (this.isFull) {
      const name = archiveName({ from: head.from, to: head.to, sha256: sha256Of(encodeArchive(head, entries)) });
      await symlink('/dev/full', join(this.path, `${name}.part`));
    }
    return super.write(head, entries);
  }
}

describe('archiving as the log grows', () => {
  const etcd = etcdForSuite();
  const folder = useTempFolder();
  let world: CollectorWorld;
  let client: Etcd3;
  let fleetLog: FleetLog;
  let operator: Operator;
  let collector: TestCollector;
  let retention: TestRetention | undefined;
  let path: string;

  beforeEach(async () => {
    world = { endpoints: etcd().endpoints, keys: new Keys(freshPrefix()), partitions };
    client = createClient({ endpoints: world.endpoints });
    fleetLog = new FleetLog(client, world.keys, partitions, fleet);
    operator = new Operator(world);
    path = join(folder(), 'archive');
    await fleetLog.stream(40);
    collector = await startCollector(world);
    await operator.caughtUp(fleetLog.events);
  });
  afterEach(async () => {
    await retention?.stop();
    retention = undefined;
    await collector.stop();
    operator.close();
    client.close();
  });

  const reader = () => new EtcdLogReader(client, world.keys, partitions);
  const whole = async () => wholeFrom((await readHorizons(client, world.keys, never)).horizons);
  const revisions = async (of: Pick<EtcdLogReader, 'list'>, to: Revision): Promise<readonly Revision[]> => {
    const found: Revision[] = [];
    for await (const { entries } of of.list({ kind: 'everything' }, beginning, to, never)) {
      found.push(...entries.map(({ revision }) => revision));
    }
    return found;
  };
  /** Retention that archives into the folder, without long pauses. */
  const retain = (disk: ArchiveFolder) => {
    const here = new ArchiveHere(client, world, path);
    const pause = (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal }).catch(() => undefined);
    retention = retentionHere(world.endpoints, world.keys, partitions, { log }, (ports) => {
      const { notice } = ports;
      const given = { archive: disk, log: reader(), now: () => here.now(), pause, notice };
      const archive = new LogArchiver(given, { usualMs: 100, soonMs: 20 });
      return { ...ports, archive, trims: archivedOnly(ports.trims, archive) };
    });
    return retention;
  };

  it('R6: nothing is deleted that is not archived, and what follows is archived in its turn', async () => {
    const all = await revisions(reader(), await reader().head(never));
    const { notices } = retain(new ArchiveFolder(path));
    await eventually('the log is trimmed', async () => (await whole()) > beginning);
    const archived = async () => {
      const names = await new ArchiveFolder(path).names();
      return { names, through: names.at(-1)?.to ?? beginning };
    };
    assert.ok((await archived()).through >= (await whole()) - 1n);
    await fleetLog.stream(3);
    await eventually('the rest is archived', async () => (await archived()).through >= fleetLog.head);
    const { names } = await archived();
    const kept = [];
    for (const name of names) kept.push(...(await new ArchiveFolder(path).read(name)).entries);
    assert.equal(kept.length, fleetLog.segments);
    assert.deepEqual(
      kept.slice(0, all.length).map(({ revision }) => revision),
      all,
    );
    assert.ok((await revisions(reader(), await reader().head(never))).length < fleetLog.segments);
    assert.ok(notices.some((text) => text.includes('The archive keeps them')));
    await operator.caughtUp(fleetLog.events);
    await operator.assertSound();
  });

  it('R6: on a full disk nothing is deleted, and it says so; when there is room it goes on', async function () {
    if (process.platform !== 'linux') this.skip();
    const disk = new Disk(path);
    disk.isFull = true;
    const { notices } = retain(disk);
    const failed = () => notices.filter((text) => /not archived, and nothing is deleted .*no space left/.test(text));
    await eventually('it is told', () => failed().length > 0);
    await eventually('retention has looked since', async () => {
      return (await client.get(world.keys.maintenanceReport).string()) !== null;
    });
    await eventually('the archive is named as what keeps the log', async () => {
      const report = await readMaintenanceReport(client, world.keys, never, 5_000);
      return report?.log.held_back?.some(({ keeper }) => keeper.kind === 'archive') === true;
    });
    assert.equal(await whole(), beginning);
    assert.equal((await revisions(reader(), await reader().head(never))).length, fleetLog.segments);
    disk.isFull = false;
    await eventually('the log is trimmed', async () => (await whole()) > beginning);
    assert.ok(notices.some((text) => text === 'The log is archived again.'));
    await operator.assertSound();
  });

  it('R6: while an older file of the archive is damaged, what it held is not deleted from the log', async () => {
    const archived = new ArchiveFolder(path);
    const here = new ArchiveHere(client, world, path);
    await here.write();
    await fleetLog.stream(3);
    await here.write();
    const [first, ...others] = await archived.names();
    assert.ok(first && others.length > 0, 'it is not the last file, which is read whenever it is gone on with');
    const file = join(path, archiveName(first));
    const sound = await readFile(file);
    await writeFile(file, Buffer.concat([sound.subarray(0, -2), Buffer.of(0, 10)]));
    const { notices } = retain(archived);
    await eventually('it is told', () => notices.some((text) => /nothing is deleted from it: .*damaged/.test(text)));
    await eventually('the archive is named as what keeps the log', async () => {
      const report = await readMaintenanceReport(client, world.keys, never, 5_000);
      return report?.log.held_back?.some(({ keeper }) => keeper.kind === 'archive') === true;
    });
    assert.equal(await whole(), beginning);
    await writeFile(file, sound);
    await eventually('the log is trimmed', async () => (await whole()) > beginning);
  });

  it('R6, L9: while a file of the archive is one of another log, what should stand there is not deleted', async () => {
    const archived = new ArchiveFolder(path);
    const here = new ArchiveHere(client, world, path);
    await here.write();
    await fleetLog.stream(3);
    await here.write();
    const [first] = await archived.names();
    const [right, aside] = [join(path, archiveName(first!)), join(folder(), archiveName(first!))];
    const { epoch, from, to } = (await archived.read(first!)).head;
    await rename(right, aside);
    const { name } = await archived.write({ log_id: '0'.repeat(32), epoch, from, to }, []);
    const { notices } = retain(archived);
    await eventually('it is told', () =>
      notices.some((text) => /nothing is deleted from it: .* of the log 0{32}/.test(text)),
    );
    assert.equal(await whole(), beginning);
    // Retention writes there by now, and clears away what somebody else is writing: the right file comes whole.
    await rm(join(path, archiveName(name)));
    await rename(aside, right);
    await eventually('the log is trimmed', async () => (await whole()) > beginning);
  });

  it('R6: a damaged file of which the log has nothing left holds nothing back', async () => {
    const archived = new ArchiveFolder(path);
    await new ArchiveHere(client, world, path).write();
    const [first] = await archived.names();
    const before = retain(archived);
    await eventually('the log has nothing of it any more', async () => (await whole()) > first!.to);
    await before.stop();
    await writeFile(join(path, archiveName(first!)), 'damaged');
    const trimmed = await whole();
    await fleetLog.stream(20);
    await operator.caughtUp(fleetLog.events);
    retain(archived);
    await eventually('more of it is trimmed', async () => (await whole()) > trimmed);
  });

  it('R6: into a folder that cannot be written nothing is archived, and nothing is deleted', async () => {
    await writeFile(path, 'a file where the folder is to be');
    const { notices } = retain(new ArchiveFolder(path));
    await eventually('it is told', () => notices.some((text) => text.includes('nothing is deleted from it')));
    await eventually('retention has looked since', async () => {
      return (await client.get(world.keys.maintenanceReport).string()) !== null;
    });
    assert.equal(await whole(), beginning);
    await rm(path);
    await eventually('the log is trimmed', async () => (await whole()) > beginning);
  });
});
