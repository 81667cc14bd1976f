import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { identify, isRunning, startTimeOf } from '../../../infra/processes/process-identity.js';
import { type ChildListener, type ChildProgram } from '../../../infra/supervisor/child-program.js';
import { controlPath, sendOrder, serveControl } from '../../../infra/supervisor/control.js';
import { claimDataFolder } from '../../../infra/supervisor/data-folder-claim.js';
import { forgetSystem } from '../../../infra/supervisor/forget-system.js';
import { endOrphans, findOrphans } from '../../../infra/supervisor/orphans.js';
import { purgeDataFolder } from '../../../infra/supervisor/purge.js';
import { reportProcesses } from '../../../infra/supervisor/process-report.js';
import { runSystem, type SystemEnd } from '../../../infra/supervisor/run-system.js';
import { runningSystem } from '../../../infra/supervisor/running-system.js';
import { streamersBusy } from '../../../infra/supervisor/streamers-busy.js';
import { stopSystem } from '../../../infra/supervisor/stop-system.js';
import { logFilePath, readSystemState, type SystemState } from '../../../infra/supervisor/system-state.js';
import { runAway } from '../../support/clock-steps.js';
import { eventually } from '../../support/eventually.js';
import { never } from '../../support/never.js';
import { recruitSmall, smallChild } from '../../support/small-system.js';

const processOf = (state: SystemState | undefined, name: string) =>
  state?.processes.find((process) => process.name === name);

const silent: ChildListener = {
  ...{
    onLine: () => undefined,
    onReady: () => undefined,
    onProgress: () => undefined,
    onFinal: () => undefined,
    onHeard: () => undefined,
  },
};

describe('the supervisor', () => {
  let folder: string;
  let stop: AbortController;
  let end: Promise<SystemEnd> | undefined;
  let news: string[];
  const spawned: ChildProcess[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'supervisor-'));
    stop = new AbortController();
    news = [];
    end = undefined;
  });
  afterEach(async () => {
    stop.abort();
    await end;
    for (const child of spawned.splice(0)) child.kill('SIGKILL');
    await stopSystem(folder);
    await rm(folder, { recursive: true, force: true });
  });

  const run = (roles: readonly ChildProgram[], startWithinMs = 60_000): Promise<SystemState> =>
    new Promise((onReady) => {
      const etcd = { endpoints: [], embedded: false };
      const recruit = recruitSmall('works');
      const plan = { etcd, etcdPrograms: [], prefix: '/t/', roles, recruit, startWithinMs };
      end = runSystem({ dataDir: folder, ...plan }, { onNews: (line) => news.push(line), onReady }, stop.signal);
    });
  const failing = async (roles: readonly ChildProgram[], startWithinMs?: number): Promise<string> => {
    void run(roles, startWithinMs);
    const outcome = await end!;
    assert(outcome.kind === 'failed');
    return outcome.message;
  };

  it('is ready when all are, and shows what they say', async () => {
    const state = await run([smallChild('gateway', 'gateway-1', 'works'), smallChild('streamer', 's', 'finishes')]);
    assert.equal(state.phase, 'ready');
    assert.deepEqual(processOf(state, 'gateway-1')?.addresses, ['http://gateway-1.test']);
    await eventually('its progress is shown', async () => {
      const shown = processOf(await runningSystem(folder), 'gateway-1');
      return shown?.state === 'running' && shown.details?.['rate'] === 42;
    });
    const recorded = processOf(await readSystemState(folder), 'gateway-1');
    assert.ok(recorded?.identity && (await isRunning(recorded.identity)));
    assert.match(await readFile(logFilePath(folder, 'gateway-1'), 'utf8'), /^gateway-1 says hello$/m);
  });

  it('starts a killed child again and says so', async () => {
    const { pid } = processOf(await run([smallChild('collector', 'c', 'works')]), 'c')!.identity!;
    process.kill(pid, 'SIGKILL');
    await eventually('it runs again', async () => {
      const now = processOf(await runningSystem(folder), 'c');
      return now?.state === 'running' && now.restarts === 1 && now.identity?.pid !== pid;
    });
    assert.equal(news[0], 'c was ended by SIGKILL; it is started again');
    assert.match(news[1] ?? '', /^c is back \(process \d+, restart 1\)$/);
  });

  it('says for how long a child is silent that is stopped, and shows no rate of it until it goes on', async () => {
    await run([smallChild('collector', 'c', 'works'), smallChild('gateway', 'g', 'works')]);
    const { pid } = processOf(await runningSystem(folder), 'c')!.identity!;
    const shown = async (name = 'c') => processOf(await runningSystem(folder), name);
    const rate = async () => reportProcesses((await runningSystem(folder))!, 0)[0]!['events_per_second'];
    await eventually('its rate is shown', async () => (await rate()) === 7);
    process.kill(pid, 'SIGSTOP');
    try {
      await eventually('it is silent', async () => ((await shown())?.silent_seconds ?? 0) >= 5);
      assert.deepEqual([(await shown())?.state, await rate()], ['running', undefined]);
      await eventually('one with no news is heard all the same', async () => {
        return (await shown('g'))?.silent_seconds === undefined;
      });
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await eventually('it is heard again', async () => (await rate()) === 7);
    assert.equal((await shown())?.restarts, 0);
  });

  it('does not start a streamer again that has done its work', async () => {
    await run([smallChild('streamer', 's', 'finishes'), smallChild('gateway', 'g', 'works')]);
    await eventually('it has ended', async () => processOf(await runningSystem(folder), 's')?.state === 'ended');
    assert.equal(processOf(await runningSystem(folder), 's')?.restarts, 0);
  });

  it('L9: does not start again what has said that nobody is to', async () => {
    await run([smallChild('collector', 'c', 'ends for good on SIGUSR2'), smallChild('gateway', 'g', 'works')]);
    process.kill(processOf(await runningSystem(folder), 'c')!.identity!.pid, 'SIGUSR2');
    await eventually('it has failed', async () => processOf(await runningSystem(folder), 'c')?.state === 'failed');
    assert.equal(processOf(await runningSystem(folder), 'c')?.restarts, 0);
    assert.equal(news.at(-1), 'c ended with exit code 1 and is not started again');
  });

  it('comes up beside a streamer whose sources are refused, and shows why it is not started again', async () => {
    await run([smallChild('streamer', 's', 'is refused its sources'), smallChild('gateway', 'g', 'works')]);
    const shown = async () => processOf(await runningSystem(folder), 's');
    await eventually('it has failed', async () => (await shown())?.state === 'failed');
    const { restarts, reasons } = (await shown())!;
    assert.deepEqual([restarts, reasons], [0, ['bad.csv: no column uuid']]);
    assert.deepEqual(news, [
      's has given up a source: bad.csv: no column uuid',
      's ended with exit code 1 and is not started again: bad.csv: no column uuid',
    ]);
    assert.equal(streamersBusy(await runningSystem(folder)), false);
  });

  it('gives a start up that cannot succeed, naming the process, and stops the others', async () => {
    const works = smallChild('gateway', 'g', 'works');
    assert.match(await failing([works, smallChild('collector', 'c', 'crashes')]), /^c ended with exit code 1$/);
    assert.match(await failing([works, smallChild('streamer', 's', 'is misused')]), /^s ended with exit code 2$/);
    const slow = smallChild('collector', 'c', 'never gets ready');
    assert.equal(await failing([slow], 1_500), 'not ready within 1.5 s: c is starting');
    await assert.rejects(access(join(folder, 'system.json')));
  });

  it('stops streamers, then collectors, then gateways', async () => {
    const told: string[] = [];
    /** Told of here: one that gets no processor is forced, and comes to say nothing itself. */
    const watched = (program: ChildProgram): ChildProgram => ({
      ...program,
      start: async (...given) => {
        const child = await program.start(...given);
        void child.ended.then(() => told.push(`${program.role} ended`));
        const stopChild = (graceMs: number): Promise<void> => {
          told.push(`${program.role} asked`);
          return child.stop(graceMs);
        };
        return { ...child, stop: stopChild };
      },
    });
    const roles = (['gateway', 'collector', 'streamer'] as const).map((role) => smallChild(role, role, 'works'));
    await run(roles.map(watched));
    stop.abort();
    assert.deepEqual(await end, { kind: 'stopped' });
    const inOrder = ['streamer', 'collector', 'gateway'];
    assert.deepEqual(
      told,
      inOrder.flatMap((role) => [`${role} asked`, `${role} ended`]),
    );
  });

  it('forces children that do not stop, all within 5 s', async () => {
    const roles = (['gateway', 'collector', 'streamer'] as const).map((role) =>
      smallChild(role, role, 'does not stop'),
    );
    const { processes } = await run(roles);
    const began = Date.now();
    stop.abort();
    await end;
    console.log(`      stopped by force in ${String(Date.now() - began)} ms`);
    for (const { identity } of processes) assert.ok(!(await isRunning(identity!)));
  });

  it('stops on an order from another process', async () => {
    await run([smallChild('gateway', 'g', 'works')]);
    assert.deepEqual(await sendOrder(controlPath(folder), { order: 'stop' }), { stopping: true });
    assert.deepEqual(await end, { kind: 'stopped' });
    assert.equal(await runningSystem(folder), undefined);
  });

  describe('as a process that is killed', () => {
    const startSupervisor = async (behaviour: string) => {
      const script = fileURLToPath(new URL('../../support/small-system.js', import.meta.url));
      const supervisor = spawn(process.execPath, [script, folder, behaviour], { stdio: ['ignore', 'pipe', 'inherit'] });
      spawned.push(supervisor);
      const exited = once(supervisor, 'exit');
      await Promise.race([once(supervisor.stdout, 'data'), exited]);
      return { supervisor, exited };
    };
    const startSystem = async (behaviour: string): Promise<SystemState> => {
      const { supervisor, exited } = await startSupervisor(behaviour);
      const state = await runningSystem(folder);
      assert.ok(state);
      supervisor.kill('SIGKILL');
      await exited;
      return state;
    };

    it('takes its children with it', async () => {
      const state = await startSystem('works');
      assert.equal(state.processes.length, 2);
      await eventually('they end', async () => (await findOrphans(state)).length === 0);
    });

    it('is replaced: its claim counts no more, and children that did not end are recognised and ended', async () => {
      const state = await startSystem('does not stop');
      assert.equal((await findOrphans(state)).length, 2);
      const claim = await claimDataFolder(folder);
      assert(claim.kind === 'claimed');
      await claim.release();
      assert.deepEqual(await stopSystem(folder), { kind: 'nothing-ran', orphans: 2 });
      assert.equal((await findOrphans(state)).length, 0);
      assert.equal(await readSystemState(folder), undefined, 'what ran is forgotten: whoever said down wants it so');
      await assert.rejects(access(join(folder, 'supervisor.pid')));
    });

    it('is stopped for good, also when nothing of it ran any more', async () => {
      const state = await startSystem('works');
      await eventually('its children end', async () => (await findOrphans(state)).length === 0);
      assert.ok(await readSystemState(folder));
      assert.deepEqual(await stopSystem(folder), { kind: 'nothing-ran', orphans: 0 });
      assert.equal(await readSystemState(folder), undefined);
      await assert.rejects(access(join(folder, 'supervisor.pid')));
    });

    it('is given its time to end by a clock that nobody sets, and so is what it left', async () => {
      const file = join(folder, 'ended');
      const orphan = await smallChild('gateway', 'g', 'takes its time to stop', file).start(silent, never);
      const identity = await identify(orphan.pid);
      const { supervisor, exited } = await startSupervisor('takes its time to stop');
      const clock = runAway();
      try {
        await stopSystem(folder);
        assert.deepEqual(await exited, [0, null], 'it was not killed');
        await endOrphans([{ name: 'g', identity: identity! }]);
        assert.equal(await readFile(file, 'utf8'), 'g\n', 'it ended by itself');
      } finally {
        clock.after();
        supervisor.kill('SIGKILL');
        await orphan.stop(0);
      }
    });

    it('is forgotten only while nobody has claimed the folder since', async () => {
      await startSystem('works');
      const claim = await claimDataFolder(folder);
      assert(claim.kind === 'claimed');
      // Whatever comes: `stopSystem` would end the process of a claim, which is this one.
      const left = await forgetSystem(folder)
        .then(() => readSystemState(folder))
        .finally(() => claim.release());
      assert.notEqual(left, undefined);
      await forgetSystem(folder);
      assert.equal(await readSystemState(folder), undefined);
    });
  });

  it('is alone on its data folder', async () => {
    // Often, since what one claim does must not fall between two steps of another.
    for (let round = 0; round < 20; round++) {
      const claims = await Promise.all(Array.from({ length: 8 }, () => claimDataFolder(folder)));
      assert.equal(claims.filter(({ kind }) => kind === 'claimed').length, 1);
      for (const claim of claims) {
        if (claim.kind === 'claimed') await claim.release();
        else assert.equal(claim.by.pid, process.pid);
      }
    }
    await writeFile(join(folder, 'supervisor.pid'), JSON.stringify({ pid: process.pid, startTime: 'another' }));
    const again = await claimDataFolder(folder);
    assert(again.kind === 'claimed');
    await again.release();
  });

  it('knows a process by pid and start time', async () => {
    const own = await identify(process.pid);
    assert.ok(own && (await isRunning(own)));
    assert.ok(!(await isRunning({ ...own, startTime: 'another' })));
    const child = spawn('/bin/sh', ['-c', 'exit 0']);
    const { pid } = child;
    await once(child, 'exit');
    assert.equal(await startTimeOf(pid!), undefined);
  });

  it('hears orders in a folder whose path is too long for a socket', async () => {
    const path = controlPath(join(folder, 'x'.repeat(120)));
    assert.ok(Buffer.byteLength(path) <= 100);
    const close = await serveControl(path, async (order) => {
      if (order === 'fail') throw new Error('as asked');
      return { heard: order };
    });
    assert.deepEqual(await sendOrder(path, 'a'), { heard: 'a' });
    assert.deepEqual(await sendOrder(path, 'fail'), { error: 'as asked' });
    await close();
    assert.equal(await sendOrder(path, 'a'), undefined);
  });

  it('goes on hearing when one who asked is gone before reading the answer', async () => {
    const path = controlPath(folder);
    const close = await serveControl(path, async (order) => ({ heard: order }));
    try {
      for (let asker = 0; asker < 10; asker++) {
        const socket = connect({ path }).pause();
        await once(socket, 'connect');
        socket.write('"a"\n');
        // It has been answered in the meantime, and what was not read resets the connection.
        assert.deepEqual(await sendOrder(path, 'b'), { heard: 'b' });
        socket.destroy();
        await once(socket, 'close');
      }
      assert.deepEqual(await sendOrder(path, 'c'), { heard: 'c' });
    } finally {
      await close();
    }
  });

  it('purges only what telemetry made', async () => {
    await writeFile(join(folder, 'system.json'), '{}');
    await writeFile(join(folder, 'thesis.txt'), 'mine');
    assert.deepEqual(await purgeDataFolder(folder), { removed: ['system.json'], stayed: ['thesis.txt'] });
    assert.equal(await readFile(join(folder, 'thesis.txt'), 'utf8'), 'mine');
    await assert.rejects(access(join(folder, 'system.json')));
  });

  it('purges no folders that are named as its own are, and hold what others made', async () => {
    const theirs = ['etcd/member/snap/db', 'logs/access.log', 'cache/apt/pkgcache.bin'];
    for (const path of theirs) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), 'theirs');
    }
    assert.deepEqual(await purgeDataFolder(folder), { removed: [], stayed: ['cache', 'etcd', 'logs'] });
    for (const path of theirs) assert.equal(await readFile(join(folder, path), 'utf8'), 'theirs');
  });

  it('purges what an etcd alone, a supervisor and a download have left, and the folder with it', async () => {
    for (const path of ['etcd/nodes.json', 'logs/supervisor.log', 'cache/etcd-linux-x64', 'supervisor.pid']) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), '');
    }
    const { removed, stayed } = await purgeDataFolder(folder);
    assert.deepEqual([removed.length, stayed], [4, []]);
    await assert.rejects(access(folder));
    assert.deepEqual(await purgeDataFolder(folder), { removed: [], stayed: [] });
  });
});
