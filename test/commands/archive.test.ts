import assert from 'node:assert/strict';
import { readdir, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { archiveLog, type ArchivePlan, type ArchiveReport } from '../../commands/archive/archive-log.js';
import { ArchiveRefused } from '../../commands/archive/archive-refused.js';
import { type LogNow } from '../../commands/archive/fork.js';
import { heldOf } from '../../commands/archive/held-of.js';
import { archiveAsLog, archivedLog } from '../../commands/archive/archived-log.js';
import { archiveName, encodeArchive, parseArchiveName, sha256Of } from '../../domain/archive-file.js';
import { type Epoch, type Partition } from '../../domain/ids.js';
import { type LogEntry } from '../../domain/log-entry.js';
import { type LogIdentity } from '../../domain/log-identity.js';
import { beginning, type Revision } from '../../domain/revision.js';
import { type Instant } from '../../domain/instant.js';
import { type TrimHorizon } from '../../domain/trim-horizon.js';
import { ArchiveFault, ArchiveFolder } from '../../infra/archive/archive-folder.js';
import { never } from '../support/never.js';
import { longHeader, longRow } from '../support/source-texts.js';
import { useTempFolder } from '../support/temp-folder.js';
import { entriesOfText, memoryLog } from './log/memory-log.js';

const identity = { log_id: 'a'.repeat(32), epoch: 0 as Epoch, partitions: 4, format: 1 } as const;
const at = (revision: number) => BigInt(revision) as Revision;
const anyHorizon = { lanes: [], segments: 0, events: 0, bytes: 0, appended_before: 0n as Instant };
const nowOf = (over: Partial<LogNow>) => () =>
  Promise.resolve<LogNow>({ identity, head: beginning, horizons: new Map(), ...over });

describe('archives of the log', () => {
  const folder = useTempFolder();

  const entriesFrom = async (first: number, appends: number): Promise<readonly LogEntry[]> => {
    const all: LogEntry[] = [];
    for (let n = 0; n < appends; n++) {
      const rows = ['h1', 'h2', 'h3'].map((Hostname) => longRow({ Hostname, value: String(first + n) }));
      all.push(...(await entriesOfText(`${longHeader}\n${rows.join('\n')}\n`, first + n * 3)));
    }
    return all;
  };

  const archive = (
    entries: readonly LogEntry[],
    head: number,
    over: Partial<ArchivePlan> = {},
  ): Promise<ArchiveReport> =>
    archiveLog(
      {
        archive: new ArchiveFolder(folder()),
        log: memoryLog(entries),
        now: nowOf({ head: at(head) }),
        ...{ fileBytes: 1_000, check: async () => undefined, wrote: () => undefined },
        ...over,
      },
      never,
    );

  const read = async (log: ReturnType<typeof archiveAsLog>, to: number): Promise<readonly LogEntry[]> => {
    const found: LogEntry[] = [];
    for await (const batch of log.list({ kind: 'everything' }, beginning, at(to), never)) found.push(...batch.entries);
    return found;
  };
  const plain = (entries: readonly LogEntry[]) =>
    entries.map((entry) => ({ ...entry, bytes: Buffer.from(entry.bytes).toString('hex') }));
  const files = async () => (await readdir(folder())).filter((name) => parseArchiveName(name) !== undefined).sort();

  it('hold every segment, whatever a file may take, are added to by the next run, and give all of it back', async () => {
    const entries = await entriesFrom(1, 12);
    for (const [upTo, fileBytes] of [
      [10, 600],
      [10, 600],
      [25, 1],
      [40, 1 << 20],
    ] as const) {
      const seen = entries.filter(({ revision }) => revision <= at(upTo));
      await archive(seen, upTo, { fileBytes });
    }
    assert.ok((await files()).length > 3);
    assert.deepEqual(plain(await read(archiveAsLog(new ArchiveFolder(folder())), 40)), plain(entries));
    assert.equal((await archive(entries, 40)).files, 0);
    assert.deepEqual(await readdir(folder()), await files());
  });

  it('and the log are read as one, each segment once, wherever the archive ends', async () => {
    const entries = await entriesFrom(1, 6);
    await archive(
      entries.filter(({ revision }) => revision <= at(9)),
      9,
    );
    const one = archivedLog(new ArchiveFolder(folder()), memoryLog(entries.filter(({ revision }) => revision > at(4))));
    assert.deepEqual(plain(await read(one, 18)), plain(entries));
  });

  it('a run that was killed leaves nothing that counts; the next goes on', async () => {
    const entries = await entriesFrom(1, 4);
    await archive(entries.slice(0, 3), 3);
    await writeFile(join(folder(), 'log-x.segments.part'), 'half');
    await writeFile(join(folder(), '.writing'), JSON.stringify({ ...(await ownLock()), pid: 999_999_999 }));
    await archive(entries, 12);
    assert.deepEqual(plain(await read(archiveAsLog(new ArchiveFolder(folder())), 12)), plain(entries));
    assert.ok(!(await readdir(folder())).some((name) => name.endsWith('.part') || name === '.writing'));
  });

  /** What the lock of this process says, as a program may have left it. */
  const ownLock = async (): Promise<Record<string, unknown>> => {
    const end = await new ArchiveFolder(folder()).beginWriting();
    const text = await readFile(join(folder(), '.writing'), 'utf8');
    await end();
    return JSON.parse(text) as Record<string, unknown>;
  };
  const leave = async (over: Record<string, unknown>, ageMs = 0): Promise<void> => {
    await rm(join(folder(), '.writing'), { force: true });
    const lock = { ...(await ownLock()), ...over };
    await writeFile(join(folder(), '.writing'), JSON.stringify(lock));
    const then = new Date(Date.now() - ageMs);
    await utimes(join(folder(), '.writing'), then, then);
  };

  it('a second writer is refused while one writes, and the log is looked at when nobody else writes', async () => {
    const entries = await entriesFrom(1, 6);
    const end = await new ArchiveFolder(folder()).beginWriting();
    await assert.rejects(archive([], 3), /process \d+ writes there/);
    await end();
    let head = 9;
    class Waiting extends ArchiveFolder {
      override async beginWriting(): ReturnType<ArchiveFolder['beginWriting']> {
        head = 18;
        await archive(entries, head);
        return super.beginWriting();
      }
    }
    const late = { archive: new Waiting(folder()), now: () => nowOf({ head: at(head) })() };
    assert.equal((await archive(entries, 0, late)).through, '18');
  });

  it('a lock that a dead process left is taken over: this pid may be another process by now', async () => {
    await leave({ startTime: 'another' });
    await archive([], 3);
    await leave({ place: 'another host' });
    await assert.rejects(archive([], 3), /of another host \(if that is gone, it is taken over a minute after/);
    await leave({ place: 'another host' }, 61_000);
    await archive([], 3);
    await writeFile(join(folder(), '.writing'), '');
    await assert.rejects(archive([], 3), /somebody .* writes there/);
  });

  it('a lock that a dead process left is taken over by one of all that try, at any moment', async () => {
    for (let round = 0; round < 40; round++) {
      await leave({ startTime: 'another' });
      const tries = Array.from({ length: 8 }, async (_, at) => {
        await pause(at % 3);
        return new ArchiveFolder(folder()).beginWriting();
      });
      const many = await Promise.allSettled(tries);
      const locked = many.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      assert.equal(locked.length, 1);
      await locked[0]!();
    }
    assert.deepEqual(await readdir(folder()), []);
  });

  it('who died while it took a lock over keeps nobody from it for longer than a minute', async () => {
    await leave({ startTime: 'another' });
    const turn = join(folder(), '.writing.turn.part');
    await writeFile(turn, '');
    const minuteAgo = new Date(Date.now() - 61_000);
    await utimes(turn, minuteAgo, minuteAgo);
    await archive([], 3);
    assert.deepEqual(await readdir(folder()), []);
  });

  it('who was taken over writes nothing more', async () => {
    const stalled = new ArchiveFolder(folder());
    const end = await stalled.beginWriting();
    await leaveTo('another host');
    const head = { log_id: identity.log_id, epoch: identity.epoch, from: at(0), to: at(9) };
    await assert.rejects(stalled.write(head, []), /another process has taken over the writing/);
    await end();
    assert.deepEqual(await readdir(folder()), ['.writing']);
  });
  /** Another's lock stands there. */
  const leaveTo = (place: string) =>
    writeFile(join(folder(), '.writing'), JSON.stringify({ pid: 1, startTime: 'x', place, token: 'y' }));

  it('a damaged file and a missing one are named, and nothing is added behind them', async () => {
    const entries = await entriesFrom(1, 8);
    await archive(
      entries.filter(({ revision }) => revision <= at(20)),
      20,
      { fileBytes: 1 },
    );
    const [first, second] = await files();
    await writeFile(join(folder(), first!), 'other bytes');
    await assert.rejects(read(archiveAsLog(new ArchiveFolder(folder())), 20), (error: Error) => {
      assert.ok(error instanceof ArchiveFault && error.message.includes(first!) && /damaged/.test(error.message));
      return true;
    });
    const before = await files();
    await assert.rejects(
      archive(entries, 24, {
        check: async (name) => void (await new ArchiveFolder(folder()).read(name)),
      }),
      /damaged/,
    );
    await writeFile(join(folder(), 'aside'), '');
    await rename(join(folder(), second!), join(folder(), 'aside'));
    await assert.rejects(archive(entries, 24), /a file is missing: none holds the revisions/);
    assert.deepEqual(
      await files(),
      before.filter((name) => name !== second),
    );
  });

  it('a full disk is said, and leaves no half file', async function () {
    if (process.platform !== 'linux') this.skip();
    const archiveFolder = new ArchiveFolder(folder());
    const head = { log_id: identity.log_id, epoch: identity.epoch, from: at(0), to: at(9) };
    const bytes = encodeArchive(head, []);
    const name = archiveName({ from: head.from, to: head.to, sha256: sha256Of(bytes) });
    await symlink('/dev/full', join(folder(), `${name}.part`));
    await assert.rejects(archiveFolder.write(head, []), /no space left on the disk/);
    assert.deepEqual(await readdir(folder()), []);
  });

  it('L6: a segment that cannot be read is named, and what came before it is not lost', async () => {
    const entries = [...(await entriesFrom(1, 4))];
    const damaged = { ...entries[6]!, bytes: Buffer.from('no segment') };
    await assert.rejects(archive(entries.with(6, damaged), 12, { fileBytes: 1 }), (error: Error) => {
      assert.ok(error instanceof ArchiveRefused && error.message.startsWith(damaged.key));
      return true;
    });
    await archive(entries, 12);
    assert.deepEqual(plain(await read(archiveAsLog(new ArchiveFolder(folder())), 12)), plain(entries));
  });

  it('R3: begun on a trimmed log it holds all that is there, says from where it is whole, and goes on', async () => {
    const entries = await entriesFrom(1, 8);
    const trimmed = new Map<Partition, TrimHorizon>();
    const until = (partition: number, from: number) =>
      trimmed.set(partition as Partition, { ...anyHorizon, from: at(from) });
    const [one, two] = [...new Set(entries.map(({ partition }) => partition))];
    until(one!, 5);
    until(two!, 14);
    const there = () => entries.filter(({ partition, revision }) => revision >= (trimmed.get(partition)?.from ?? 0n));
    const first = there()[0]!.revision;
    const seen = (to: number, over: Partial<ArchivePlan> = {}) =>
      archive(
        there().filter(({ revision }) => revision <= at(to)),
        to,
        { now: nowOf({ head: at(to), horizons: trimmed }), fileBytes: 1, ...over },
      );
    assert.equal((await seen(9)).through, '9');
    assert.equal((await seen(24)).through, '24');
    const whole = new ArchiveFolder(folder());
    assert.deepEqual(plain(await read(archiveAsLog(whole), 24)), plain(there()));
    const names = await whole.names();
    assert.equal(names[0]!.from, first);
    const heads = await Promise.all(names.map(async (name) => (await whole.read(name)).head));
    for (const head of heads)
      assert.deepEqual(
        [head.format, head.trimmed ?? []],
        [
          head.from < at(14) ? 2 : 1,
          [...trimmed].map(([partition, { from }]) => ({ partition, from })).filter(({ from }) => from > head.from),
        ],
      );
    const held = await heldOf(whole, memoryLog(there()), nowOf({ head: at(24), horizons: trimmed }), never);
    assert.deepEqual(held, { from: at(14), through: at(24) });
    until(one!, 30);
    await assert.rejects(seen(40), /of partition \d+ has been trimmed up to 30: what lies between is lost/);
  });

  it('R6: an archive that begins later than the log is not gone on with: it lacks what is there', async () => {
    const entries = await entriesFrom(1, 4);
    const head = { log_id: identity.log_id, epoch: identity.epoch, from: at(4), to: at(6) };
    await new ArchiveFolder(folder()).write(
      head,
      entries.filter(({ revision }) => revision >= at(4) && revision <= at(6)),
    );
    await assert.rejects(archive(entries, 12), /it begins at revision 4, and lacks log\/\d\/\d of revision 1/);
  });

  it('L9: an archive that is ahead of the log is told of; after a recovery it is a fork, one that is behind goes on', async () => {
    const entries = await entriesFrom(1, 6);
    await archive(entries, 18);
    await assert.rejects(archive([], 9), /seen revision 18 of epoch 0, and etcd is at 9 .*telemetry log recover/);
    const others = await entriesFrom(100, 6);
    const passed = others.map((entry, n) => ({ ...entry, revision: entries[n]!.revision }));
    await assert.rejects(archive(passed, 40), /is not in the log as the archive holds it: etcd was restored/);
    const recovered = (after: number): LogIdentity => ({
      ...identity,
      ...{ epoch: 1 as Epoch, recoveries: [{ epoch: 1 as Epoch, after: at(after) }] },
    });
    const fork = archive(entries, 40, { now: nowOf({ identity: recovered(9), head: at(40) }) });
    await assert.rejects(fork, /it is a fork: it holds the revisions 10 to 18 of epoch 0/);
    const more = [...entries, ...(await entriesFrom(19, 2))];
    assert.equal((await archive(more, 40, { now: nowOf({ identity: recovered(18), head: at(40) }) })).files, 1);
    const other = archive(entries, 40, {
      now: nowOf({ identity: { ...identity, log_id: 'b'.repeat(32) }, head: at(40) }),
    });
    await assert.rejects(other, /it is of the log a{32}/);
  });

  it('L9: an archive that ends behind its last segment is not gone on with where the log has another in between', async () => {
    const entries = await entriesFrom(1, 3);
    await archive(entries, 12);
    // The log was restored as it stood at 8, and has passed 12 since.
    const others = [...entries, ...(await entriesFrom(9, 4))];
    await assert.rejects(
      archive(others, 40),
      /of revision 9 is in the log and not in the archive.*: etcd was restored/,
    );
    const identityNow: LogIdentity = {
      ...identity,
      epoch: 1 as Epoch,
      recoveries: [{ epoch: 1 as Epoch, after: at(30) }],
    };
    const late = archive(others, 40, { now: nowOf({ identity: identityNow, head: at(40) }) });
    await assert.rejects(late, /it is a fork: .* of revision 9 is in the log and not in the archive/);
  });

  it('names and contents of any stretch come back, and any change of a byte is found', async () => {
    const entries = await entriesFrom(1, 1);
    fc.assert(
      fc.property(fc.bigInt(0n, 1n << 60n), fc.nat(), fc.integer({ min: 1, max: 255 }), (from, place, change) => {
        const head = {
          log_id: identity.log_id,
          epoch: identity.epoch,
          from: from as Revision,
          to: (from + 5n) as Revision,
        };
        const bytes = encodeArchive(head, entries);
        const name = { from: head.from, to: head.to, sha256: sha256Of(bytes) };
        assert.deepEqual(parseArchiveName(archiveName(name)), name);
        const changed = Buffer.from(bytes);
        changed[place % bytes.length]! ^= change;
        assert.notEqual(sha256Of(changed), name.sha256);
      }),
      { numRuns: 50 },
    );
  });
});
