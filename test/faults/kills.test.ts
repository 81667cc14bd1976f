import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../support/eventually.js';
import { full } from '../support/full-counts.js';
import { type ImportUnderFire, startImportUnderFire } from '../support/import-under-fire.js';
import { seededRandom } from '../support/seeded-random.js';

type Victim = 'streamer' | 'collector' | 'etcd';

const counts = { kills: 100, held: 30 };
const seed = Number(process.env['TELEMETRY_TEST_SEED'] ?? 1);

interface Pace {
  /** Each is 2,470 rows. */
  readonly steps: number;
  /** Milliseconds that each message of the streamer travels, and its appends in flight: how long the import lasts. */
  readonly delayMs: number;
  readonly inFlight: number;
}

/** A killed collector's claims stand until its lease ends, so an import that kills collectors has to last longer. */
const paces: Readonly<Record<Victim, Pace>> = {
  streamer: { steps: 81, delayMs: 20, inFlight: 2 },
  collector: { steps: 81, delayMs: 300, inFlight: 1 },
  etcd: { steps: 81, delayMs: 20, inFlight: 2 },
};

const rowsOf = ({ steps }: Pace): number => steps * 2470;

const kill = async (fire: ImportUnderFire, victim: Victim): Promise<void> =>
  victim === 'etcd' ? fire.etcd.restart() : fire[victim].killAndRestart();

/** Lets the victim's next commit be applied and keeps the answer back; false when none came within two seconds. */
const catchUnanswered = async (fire: ImportUnderFire, writer: 'streamer' | 'collector'): Promise<boolean> => {
  (writer === 'streamer' ? fire.streamerProxy : fire.collectorProxy).holdReplies();
  const before = await fire.lastCommit(writer);
  const deadline = Date.now() + 2000;
  while ((await fire.lastCommit(writer)) === before) {
    if (Date.now() > deadline) return false;
    await pause(2);
  }
  return true;
};

const letThrough = (fire: ImportUnderFire, victim: Victim): void => {
  fire.collectorProxy.pass();
  fire.streamerProxy.delay(paces[victim].delayMs);
};

/** Kills between the sending of a transaction and its answer: what was held back is lost with the connection. */
const killHeld = async (fire: ImportUnderFire, victim: Victim): Promise<boolean> => {
  const caught = await catchUnanswered(fire, victim === 'etcd' ? 'streamer' : victim);
  if (caught) {
    if (victim === 'etcd') fire.streamerProxy.cut();
    await kill(fire, victim);
  }
  letThrough(fire, victim);
  return caught;
};

/** How long a take-over lasts depends on the machine: a collector's next strike finds more to fold in another file. */
const followUp = async (fire: ImportUnderFire, victim: Victim): Promise<void> => {
  if (victim !== 'collector') throw new Error('the import ended before the last kill');
  const run = await fire.streamer.ended;
  assert.equal(run.code, 0, run.stderr);
  fire.importAnother();
};

/** The victim's next strike comes when it has done something since the last one. */
const workDone = async (fire: ImportUnderFire, victim: Victim, since: bigint): Promise<void> => {
  const writer = victim === 'etcd' ? 'streamer' : victim;
  await eventually(`the ${victim} commits again`, async () => {
    if (fire.streamer.hasEnded) await followUp(fire, victim);
    return (await fire.lastCommit(writer).catch(() => since)) > since;
  });
};

const strikeAll = async (fire: ImportUnderFire, victim: Victim): Promise<{ plain: number; held: number }> => {
  const random = seededRandom(seed);
  const done = { plain: 0, held: 0 };
  let since = 0n;
  while (done.plain + done.held < counts.kills) {
    await workDone(fire, victim, since);
    const due = ((done.plain + done.held) * rowsOf(paces[victim])) / (counts.kills + 1);
    if (victim !== 'collector') await eventually('the import goes on', async () => (await fire.appended()) >= due);
    await pause(random() * 60);
    const held = done.held < counts.held && random() < 0.6;
    if (held ? await killHeld(fire, victim) : await kill(fire, victim).then(() => true)) {
      done[held ? 'held' : 'plain']++;
    }
    since = await fire.lastCommit(victim === 'etcd' ? 'streamer' : victim);
  }
  return done;
};

/** What became of what stood in etcd when nobody had heard so. */
const found = (victim: Victim, held: number, appliedEarlier: number): string =>
  victim === 'etcd'
    ? `where the streamer found ${String(appliedEarlier)} appends that it repeated applied earlier`
    : `when ${String(held)} commits stood in etcd that the next ${victim} went on behind`;

interface Summary {
  readonly applied_earlier: number;
}

// With fewer counts everything is killed with a whole system under fire only.
(full ? describe : describe.skip)(`killed during an import (seed ${String(seed)})`, function () {
  this.timeout(1_800_000);

  for (const victim of ['streamer', 'collector', 'etcd'] as const) {
    const least = rowsOf(paces[victim]);
    it(`L3, P1, P2: ${victim}, ${String(counts.kills)} times in ${String(least)} rows: nothing lost, nothing twice`, async () => {
      const started = Date.now();
      const fire = await startImportUnderFire({ seed, ...paces[victim] });
      try {
        const done = await strikeAll(fire, victim);
        assert.ok(done.held >= counts.held, `only ${String(done.held)} kills between a transaction and its answer`);
        fire.streamerProxy.pass();
        const summary = await fire.streamer.ended;
        assert.equal(summary.code, 0, summary.stderr);
        const { applied_earlier: appliedEarlier } = JSON.parse(summary.stdout) as Summary;
        const verified = await fire.run('verify', '--json', '--wait', '120s');
        const verdict = JSON.parse(verified.stdout) as { ok: boolean; rows: number; events: number };
        assert.deepEqual([verified.code, verdict.ok, verdict.rows, verdict.events], [0, true, fire.rows, fire.rows]);
        const documents = await fire.run('projections', 'verify', '--json');
        assert.equal(documents.code, 0, documents.stdout + documents.stderr);
        // The next process begins behind what its predecessor's last transaction did; only who lives on repeats one.
        if (victim === 'etcd') assert.ok(appliedEarlier > 0, 'no append was settled as applied earlier');
        const took = ((Date.now() - started) / 1000).toFixed(1);
        console.log(
          `      ${victim}: ${String(done.plain + done.held)} kills in ${String(fire.rows)} rows, ${String(done.held)} of them between a transaction ` +
            `and its answer, ${found(victim, done.held, appliedEarlier)}; ${took} s`,
        );
      } finally {
        await fire.stop();
      }
    });
  }
});
