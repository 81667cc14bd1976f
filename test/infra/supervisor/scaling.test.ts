import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { left } from 'fp-ts/lib/Either.js';
import { isPortFree, freePort } from '../../../infra/processes/free-port.js';
import { type ChildProgram } from '../../../infra/supervisor/child-program.js';
import { type ChildState } from '../../../infra/supervisor/child-record.js';
import { controlPath, sendOrder } from '../../../infra/supervisor/control.js';
import { copyName, countCopies, mostCopies, type ScalableRole } from '../../../infra/supervisor/copies.js';
import { firstCopies } from '../../../infra/supervisor/first-copies.js';
import { GatewayPortNumbers } from '../../../infra/supervisor/gateway-port-numbers.js';
import { readCopies } from '../../../infra/supervisor/read-copies.js';
import { runSystem, type SystemEnd } from '../../../infra/supervisor/run-system.js';
import { runningSystem } from '../../../infra/supervisor/running-system.js';
import { type Recruit, scaleAnsweredWithinMs } from '../../../infra/supervisor/scale-crew.js';
import { describeScaling, planScaling, refusedCopies } from '../../../infra/supervisor/scaling.js';
import { type ProcessState, type SystemState } from '../../../infra/supervisor/system-state.js';
import { type UpOptions } from '../../../infra/supervisor/up-options.js';
import { eventually } from '../../support/eventually.js';
import { recruitSmall, smallChild } from '../../support/small-system.js';

const ofStates = (role: ScalableRole, ...states: readonly ChildState[]) =>
  states.map((state, index) => ({ role, name: copyName(role, index + 1), state }));
const collectors = (count: number) => ofStates('collector', ...Array.from({ length: count }, () => 'running' as const));

describe('planning a scaling', () => {
  it('starts the lowest free numbers and stops the newest first', () => {
    const [up] = planScaling(collectors(2), { collector: 4 });
    assert.deepEqual(up, { role: 'collector', from: 2, to: 4, starts: [3, 4], stops: [], removes: [] });
    const [down] = planScaling(collectors(4), { collector: 1 });
    assert.deepEqual(down?.stops, ['collector-4', 'collector-3', 'collector-2']);
    const [gap] = planScaling(collectors(2).slice(1), { collector: 3 });
    assert.deepEqual(gap?.starts, [1, 3]);
  });

  const plan = (role: ScalableRole, to: number, ...states: readonly ChildState[]) => {
    const [{ from, starts, stops, removes }] = planScaling(ofStates(role, ...states), { [role]: to }) as [
      ReturnType<typeof planScaling>[0],
    ];
    return { from, starts, stops, removes };
  };

  it('counts only the living: what has failed is taken off, and its number is free again', () => {
    assert.deepEqual(plan('collector', 1, 'failed', 'running'), {
      ...{ from: 1, starts: [], stops: [], removes: ['collector-1'] },
    });
    assert.deepEqual(plan('collector', 2, 'failed', 'running'), {
      ...{ from: 1, starts: [1], stops: [], removes: ['collector-1'] },
    });
    assert.deepEqual(plan('streamer', 0, 'failed'), { from: 0, starts: [], stops: [], removes: ['streamer-1'] });
  });

  it('counts a streamer that has done its work, and lets it go first when there are too many', () => {
    assert.deepEqual(plan('streamer', 2, 'ended', 'ended').starts, []);
    assert.deepEqual(plan('streamer', 3, 'ended', 'ended').starts, [3]);
    assert.deepEqual(plan('streamer', 1, 'ended', 'running').stops, ['streamer-1']);
  });

  it('stops what crashes before what runs, and never a running one while others are too many', () => {
    assert.deepEqual(plan('collector', 1, 'restarting', 'running').stops, ['collector-1']);
    assert.deepEqual(plan('collector', 1, 'running', 'restarting', 'running').stops, ['collector-2', 'collector-3']);
    const state = fc.constantFrom<ChildState>('starting', 'running', 'restarting', 'ended', 'failed');
    fc.assert(
      fc.property(fc.array(state, { maxLength: mostCopies }), fc.integer({ min: 0, max: mostCopies }), (states, to) => {
        const { starts, stops, removes } = plan('streamer', to, ...states);
        const left = ofStates('streamer', ...states).filter(({ name }) => ![...stops, ...removes].includes(name));
        assert.equal(left.length + starts.length, to);
        const running = states.filter((one) => one === 'running').length;
        assert.equal(left.filter((one) => one.state === 'running').length, Math.min(running, to));
      }),
    );
  });

  it('leaves roles alone that are not named', () => {
    assert.deepEqual(planScaling(collectors(2), {}), []);
    assert.deepEqual(
      planScaling(collectors(2), { gateway: 1 }).map(({ role }) => role),
      ['gateway'],
    );
  });

  it('ends at the number wanted, with no name twice, whatever comes and goes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: mostCopies }), { maxLength: 30 }), (orders) => {
        let present = collectors(1);
        for (const wanted of orders) {
          const [{ starts, stops }] = planScaling(present, { collector: wanted }) as [
            ReturnType<typeof planScaling>[0],
          ];
          const started = starts.map((number) => ({
            role: 'collector' as const,
            ...{ name: copyName('collector', number), state: 'running' as const },
          }));
          present = [...present.filter(({ name }) => !stops.includes(name)), ...started];
          assert.equal(present.length, wanted);
          assert.equal(new Set(present.map(({ name }) => name)).size, wanted);
        }
      }),
    );
  });

  it('is told in a line', () => {
    const lines = [...planScaling(collectors(1), { collector: 3 }), ...planScaling(collectors(3), { collector: 2 })];
    assert.deepEqual(lines.map(describeScaling), [
      'collector: 1 → 3, starting collector-2, collector-3',
      'collector: 3 → 2, stopping collector-3',
    ]);
    assert.deepEqual(planScaling(collectors(1), { collector: 1 }).map(describeScaling), ['collector: 1 as before']);
    const failed = ofStates('collector', 'failed', 'running');
    assert.deepEqual(
      [1, 2].flatMap((collector) => planScaling(failed, { collector }).map(describeScaling)),
      [
        'collector: 1 as before, forgetting collector-1, which has failed',
        'collector: 1 → 2, starting collector-1, forgetting collector-1, which has failed',
      ],
    );
  });

  it('refuses what is beyond the bounds of a role, and names each that is', () => {
    assert.equal(refusedCopies({ streamer: 0, collector: 1, gateway: 10 }), undefined);
    assert.equal(refusedCopies({ collector: 0 }), 'collector=0 is not from 1 to 10');
    assert.equal(
      refusedCopies({ streamer: 11, gateway: 1.5 }),
      'streamer=11 is not from 0 to 10, gateway=1.5 is not from 1 to 10',
    );
  });
});

describe('ROLE=N', () => {
  it('takes a role in the singular or the plural', () => {
    const read = readCopies(['streamers=3', 'gateway=10']);
    assert(read._tag === 'Right');
    assert.deepEqual(read.right, { streamer: 3, gateway: 10 });
  });

  it('is refused with every fault', () => {
    const read = readCopies(['etcd=3', 'gateway', 'gateway=0', 'streamer=1', 'streamer=2', 'collector=1=2']);
    assert(read._tag === 'Left');
    assert.deepEqual(read.left, [
      '"etcd=3" is not ROLE=N, ROLE being one of streamer, collector, gateway',
      '"gateway" is not ROLE=N, ROLE being one of streamer, collector, gateway',
      'gateway=0; accepted: a whole number from 1 to 10',
      'streamer is given twice',
      '"collector=1=2" is not ROLE=N, ROLE being one of streamer, collector, gateway',
    ]);
  });
});

describe('the ports of gateways', () => {
  const listen = '127.0.0.1';

  /** The first of three free ports in a row. */
  const threeInARow = async (): Promise<number> => {
    for (;;) {
      const first = await freePort();
      if ((await isPortFree(first + 1)) && (await isPortFree(first + 2))) return first;
    }
  };

  it('follow each other, also for those that come later and come again', async () => {
    const first = await threeInARow();
    const ports = new GatewayPortNumbers({ port: first, listen });
    assert.deepEqual(await ports.assign([1]), { _tag: 'Right', right: [first] });
    assert.deepEqual(await ports.assign([2, 3]), { _tag: 'Right', right: [first + 1, first + 2] });
    assert.deepEqual(await ports.assign([3]), { _tag: 'Right', right: [first + 2] });
  });

  it('are refused when the first was asked for and the next is taken, and go past it when none was', async () => {
    const first = await threeInARow();
    const stranger = createServer().listen(first + 1, listen);
    await once(stranger, 'listening');
    try {
      const asked = await new GatewayPortNumbers({ port: first, listen }).assign([1, 2]);
      assert(asked._tag === 'Left');
      assert.match(asked.left, new RegExp(`Port ${String(first + 1)} on 127.0.0.1 is taken`));
      const any = await new GatewayPortNumbers({ port: 0, listen }).assign([1, 2, 3]);
      assert(any._tag === 'Right');
      assert.equal(new Set(any.right).size, 3);
    } finally {
      stranger.close();
    }
  });
});

describe('the copies that a system begins with', () => {
  const process = (role: ProcessState['role'], name: string): ProcessState => ({
    ...{ role, name, state: 'running', restarts: 0, addresses: [] },
  });
  const before: SystemState = {
    ...{ version: 1, phase: 'ready', supervisor: { pid: 1, startTime: 'x' }, control: '/c', prefix: '/t/' },
    etcd: { endpoints: [], embedded: true },
    processes: [
      process('etcd', 'etcd-1'),
      process('streamer', 'streamer-1'),
      ...['gateway-1', 'gateway-2', 'gateway-3'].map((name) => process('gateway', name)),
    ],
  };
  const options = (more: Partial<UpOptions> = {}): UpOptions => ({ source: ['a.csv'], ...more }) as UpOptions;

  it('are one of each, those asked for, or as many as ran when the supervisor was killed', () => {
    assert.deepEqual(firstCopies(options(), undefined), { streamer: 1, collector: 1, gateway: 1 });
    assert.deepEqual(firstCopies(options({ collectors: 4 }), before), { streamer: 1, collector: 4, gateway: 3 });
    assert.deepEqual(firstCopies(options({ source: [], streamers: 2 }), before), {
      streamer: 0,
      collector: 0,
      gateway: 3,
    });
    assert.deepEqual(countCopies(before.processes), { streamer: 1, collector: 0, gateway: 3 });
  });
});

describe('a running system that is scaled', () => {
  let folder: string;
  let stop: AbortController;
  let end: Promise<SystemEnd> | undefined;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scaling-'));
    stop = new AbortController();
  });
  afterEach(async () => {
    stop.abort();
    await end;
    await rm(folder, { recursive: true, force: true });
  });

  const runOf = (roles: readonly ChildProgram[], recruit: Recruit, startWithinMs = 60_000): Promise<SystemState> =>
    new Promise((onReady) => {
      const etcd = { endpoints: [], embedded: false };
      const plan = { dataDir: folder, etcd, etcdPrograms: [], prefix: '/t/', roles, recruit, startWithinMs };
      end = runSystem(plan, { onNews: () => undefined, onReady }, stop.signal);
    });
  const run = (recruit: Recruit, behaviour = 'works'): Promise<SystemState> => {
    const roles = (['collector', 'gateway'] as const).map((role) => smallChild(role, copyName(role, 1), behaviour));
    return runOf(roles, recruit);
  };
  const scale = (copies: Readonly<Record<string, number>>, withinMs = 60_000) =>
    sendOrder(controlPath(folder), { order: 'scale', copies }, withinMs);
  const names = async () => (await runningSystem(folder))?.processes.map(({ name }) => name);
  const stateOf = async (name: string) =>
    (await runningSystem(folder))?.processes.find((process) => process.name === name)?.state;

  it('has as many copies as wanted, ready, when it answers; the newest are let finish and go', async () => {
    const file = join(folder, 'finished');
    await run(async (role, numbers) => {
      const programs = numbers.map((number) => smallChild(role, copyName(role, number), 'works', file));
      return { _tag: 'Right', right: programs };
    });
    const roles = [{ role: 'collector', from: 1, to: 3, started: ['collector-2', 'collector-3'], stopped: [] }];
    assert.deepEqual(await scale({ collector: 3 }), { kind: 'scaled', roles });
    assert.deepEqual(await names(), ['collector-1', 'gateway-1', 'collector-2', 'collector-3']);
    assert.equal(await stateOf('collector-3'), 'running');

    const answer = (await scale({ collector: 1, gateway: 2 })) as { roles: readonly unknown[] };
    assert.deepEqual(answer.roles, [
      { role: 'collector', from: 3, to: 1, started: [], stopped: ['collector-3', 'collector-2'] },
      { role: 'gateway', from: 1, to: 2, started: ['gateway-2'], stopped: [] },
    ]);
    assert.deepEqual(await names(), ['collector-1', 'gateway-1', 'gateway-2']);
    const finished = (await readFile(file, 'utf8')).trimEnd().split('\n');
    assert.deepEqual(finished.sort(), ['collector-2', 'collector-3']);
  });

  it('keeps the living copy when the other has failed, and starts one in the place of the failed', async () => {
    await run(recruitSmall('works'), 'ends for good on SIGUSR2');
    await scale({ collector: 2 });
    const pidOf = async (name: string) =>
      (await runningSystem(folder))?.processes.find((process) => process.name === name)?.identity?.pid;
    const living = await pidOf('collector-2');
    process.kill((await pidOf('collector-1'))!, 'SIGUSR2');
    await eventually('it has failed', async () => (await stateOf('collector-1')) === 'failed');
    const answer = (await scale({ collector: 1 })) as { roles: readonly unknown[] };
    assert.deepEqual(answer.roles, [
      { role: 'collector', from: 1, to: 1, started: [], stopped: [], removed: ['collector-1'] },
    ]);
    assert.deepEqual(await names(), ['gateway-1', 'collector-2']);
    assert.equal(await pidOf('collector-2'), living);
    await scale({ collector: 2 });
    assert.deepEqual([await stateOf('collector-1'), await pidOf('collector-2')], ['running', living]);
  });

  it('replaces a copy that has failed by one of the same name', async () => {
    await run(recruitSmall('works'), 'ends for good on SIGUSR2');
    const first = (await runningSystem(folder))!.processes.find(({ name }) => name === 'collector-1')!;
    process.kill(first.identity!.pid, 'SIGUSR2');
    await eventually('it has failed', async () => (await stateOf('collector-1')) === 'failed');
    await scale({ collector: 1 });
    assert.deepEqual([await stateOf('collector-1'), (await names())?.length], ['running', 2]);
  });

  it('starts again what is killed among the new copies, and stops all of them in the end', async () => {
    await run(recruitSmall('works'));
    await scale({ gateway: 2 });
    const second = (await runningSystem(folder))!.processes.find(({ name }) => name === 'gateway-2')!;
    process.kill(second.identity!.pid, 'SIGKILL');
    await eventually('it runs again', async () => {
      const now = (await runningSystem(folder))!.processes.find(({ name }) => name === 'gateway-2')!;
      return now.state === 'running' && now.restarts === 1;
    });
    stop.abort();
    assert.deepEqual(await end, { kind: 'stopped' });
  });

  it('is not changed at all when a part of the order cannot be', async () => {
    await run(async (role, numbers) =>
      role === 'gateway' && numbers.length > 0 ? left('port 1 is taken') : recruitSmall('works')(role, numbers),
    );
    assert.deepEqual(await scale({ collector: 3, gateway: 2 }), { kind: 'refused', reason: 'port 1 is taken' });
    assert.deepEqual(await scale({ collector: 0 }), { kind: 'refused', reason: 'collector=0 is not from 1 to 10' });
    assert.deepEqual(await names(), ['collector-1', 'gateway-1']);
  });

  it('says which new copy does not get ready, and goes on trying', async () => {
    await run(recruitSmall('crashes'));
    const answer = (await scale({ gateway: 2 })) as { kind: string; not_ready?: string };
    assert.deepEqual([answer.kind, answer.not_ready], ['scaled', 'gateway-2 ended with exit code 1']);
    assert.deepEqual(await names(), ['collector-1', 'gateway-1', 'gateway-2']);
    await scale({ gateway: 1 });
    assert.deepEqual(await names(), ['collector-1', 'gateway-1']);
  });

  it('is waited for until it has said that a copy is not ready, also behind another order', async () => {
    const startWithinMs = 1_500;
    // Of nothing, which is ready at once: the time is as short for what it begins with.
    await runOf([], recruitSmall('never gets ready'), startWithinMs);
    const withinMs = scaleAnsweredWithinMs(startWithinMs);
    const answers = await Promise.all([scale({ collector: 1 }, withinMs), scale({ gateway: 1 }, withinMs)]);
    assert.deepEqual(
      answers.map((answer) => (answer as { not_ready?: string } | undefined)?.not_ready),
      ['collector-1', 'gateway-1'].map((name) => `not ready within 1.5 s: ${name} is starting`),
    );
  });

  it('takes orders one after another, the last one wins', async () => {
    await run(recruitSmall('works'));
    await Promise.all([scale({ collector: 2 }), scale({ collector: 3 }), scale({ collector: 2 })]);
    assert.deepEqual(await names(), ['collector-1', 'gateway-1', 'collector-2']);
  });

  it('waits with an order until it has come up, and refuses it when it is stopped before', async () => {
    void run(recruitSmall('works'), 'never gets ready');
    await eventually('it listens', async () => (await names())?.length === 2);
    const answered = scale({ collector: 2 });
    stop.abort();
    assert.deepEqual(await answered, { kind: 'refused', reason: 'the system is stopping' });
  });

  it('says which orders there are', async () => {
    await run(recruitSmall('works'));
    const answer = (await sendOrder(controlPath(folder), { order: 'dance' })) as { error: string };
    assert.match(answer.error, /^unknown order; known are status, stop, and scale /);
  });
});
