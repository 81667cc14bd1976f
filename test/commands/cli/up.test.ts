import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { access, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Etcd3 } from 'etcd3';
import { isHealthy } from '../../../infra/etcd-server/health.js';
import { freePort } from '../../../infra/processes/free-port.js';
import { startTimeOf } from '../../../infra/processes/process-identity.js';
import { runningSystem } from '../../../infra/supervisor/running-system.js';
import { stopSystem } from '../../../infra/supervisor/stop-system.js';
import { type SystemState } from '../../../infra/supervisor/system-state.js';
import { startTestEtcd } from '../../support/etcd.js';
import { eventually } from '../../support/eventually.js';
import { longHeader, longRow } from '../../support/source-texts.js';
import { runTelemetry, startTelemetry } from '../../support/telemetry.js';

interface Up {
  readonly processes: readonly { readonly role: string; readonly pid: number; readonly restarts: number }[];
  readonly etcd: { readonly endpoints: readonly string[]; readonly quota_bytes?: number; readonly state?: string };
}

describe('up, status, logs and down', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'up-'));
  });
  afterEach(async () => {
    await stopSystem(folder);
    await rm(folder, { recursive: true, force: true });
  });

  /** A system of etcd alone: what is tested here is the supervisor's commands. */
  const alone = ['--streamers', '0', '--collectors', '0', '--gateways', '0'];
  const here = (): readonly string[] => ['--data-dir', folder];
  const upDetached = async (...more: readonly string[]): Promise<Up> => {
    const run = await runTelemetry(['up', ...alone, '--detach', '--json', ...more, ...here()]);
    assert.equal(run.code, 0, run.stderr);
    return JSON.parse(run.stdout) as Up;
  };
  const running = async (): Promise<SystemState> => {
    const state = await runningSystem(folder);
    assert.ok(state);
    return state;
  };

  /** The index of the member that leads. */
  const leaderAmong = async (endpoints: readonly string[]): Promise<number> => {
    for (;;) {
      for (const [index, endpoint] of endpoints.entries()) {
        const client = new Etcd3({ hosts: endpoint });
        const { header, leader } = await client.maintenance.status();
        client.close();
        if (header.member_id === leader) return index;
      }
    }
  };

  it('runs detached, tells its state, refuses a second one, and is stopped and purged', async () => {
    const up = await upDetached();
    assert.ok(await isHealthy(up.etcd.endpoints[0]!));
    const status = await runTelemetry(['status', '--json', ...here()]);
    const { processes, etcd } = JSON.parse(status.stdout) as Up;
    assert.deepEqual([status.code, processes.length, processes[0]!.pid], [0, 1, up.processes[0]!.pid]);
    assert.equal(etcd.quota_bytes, 2 * 2 ** 30);

    const second = await runTelemetry(['up', ...alone, ...here()]);
    assert.equal(second.code, 1);
    assert.match(second.stderr, /A system runs on .* already\. Stop it with: telemetry down --data-dir/);
    assert.match(second.stderr, /etcd-1 +running +\d+ /);

    const logs = await runTelemetry(['logs', 'etcd-1', '--lines', '3', ...here()]);
    assert.deepEqual([logs.code, logs.stdout.trimEnd().split('\n').length], [0, 3]);
    const unknown = await runTelemetry(['logs', 'nobody', ...here()]);
    assert.equal(unknown.code, 2);
    assert.match(unknown.stderr, /No log of nobody in .* There are: etcd-1, supervisor\./);

    assert.equal((await runTelemetry(['down', '--purge', ...here()])).code, 0);
    assert.equal(await startTimeOf(up.processes[0]!.pid), undefined);
    await assert.rejects(access(folder));
    assert.equal((await runTelemetry(['status', ...here()])).code, 1);
    assert.match((await runTelemetry(['down', ...here()])).stdout, /^Nothing runs on /);
  });

  it('L8: judges an etcd that runs elsewhere by the quota that its roles are told', async () => {
    const etcd = await startTestEtcd();
    try {
      await upDetached('--etcd', etcd.endpoint, '--etcd-quota', '1MiB');
      const client = new Etcd3({ hosts: etcd.endpoint });
      for (let i = 0; i < 20; i++) await client.put(`some/${String(i)}`).value(Buffer.alloc(100_000, 1));
      client.close();
      const look = async (...more: readonly string[]) =>
        (JSON.parse((await runTelemetry(['status', '--json', ...more, ...here()])).stdout) as Up).etcd;
      await eventually('it is nearly full', async () => (await look()).state === 'nearly-full');
      assert.equal((await look()).quota_bytes, 2 ** 20);
      assert.equal((await look('--etcd', etcd.endpoint)).quota_bytes, 2 ** 20, 'the same one, named again');
    } finally {
      await stopSystem(folder);
      await etcd.stop();
    }
  });

  it('starts a killed etcd again on the same address', async () => {
    const { etcd, processes } = await upDetached();
    process.kill(processes[0]!.pid, 'SIGKILL');
    await eventually('etcd is back', async () => {
      const [now] = (await running()).processes;
      return now!.restarts === 1 && now!.state === 'running';
    });
    assert.ok(await isHealthy(etcd.endpoints[0]!));
    assert.deepEqual((await running()).etcd.endpoints, etcd.endpoints);
  });

  it('comes up again with its data after its supervisor was killed', async () => {
    const first = await upDetached();
    const client = new Etcd3({ hosts: [...first.etcd.endpoints] });
    await client.put('kept').value('yes');
    const { supervisor } = await running();
    process.kill(supervisor.pid, 'SIGKILL');
    await eventually('etcd ends with it', async () => (await startTimeOf(first.processes[0]!.pid)) === undefined);
    const again = await upDetached();
    assert.deepEqual(again.etcd.endpoints, first.etcd.endpoints);
    assert.equal(await client.get('kept').string(), 'yes');
    client.close();
  });

  it('stops in order on Ctrl-C', async () => {
    const up = startTelemetry(['up', ...alone, ...here()]);
    try {
      await eventually('it is up', () => up.stdout.includes('telemetry is up.'));
      const [etcd] = (await running()).processes;
      const asked = Date.now();
      up.child.kill('SIGINT');
      assert.equal((await up.ended).code, 0);
      console.log(`      stopped in ${String(Date.now() - asked)} ms`);
      assert.equal(await startTimeOf(etcd!.identity!.pid), undefined);
    } finally {
      up.child.kill('SIGKILL');
    }
  });

  it('runs three members when asked, and goes on when their leader dies', async () => {
    const { processes, etcd } = await upDetached('--etcd-nodes', '3');
    assert.equal(processes.length, 3);
    assert.equal(new Set(etcd.endpoints).size, 3);
    const leader = await leaderAmong(etcd.endpoints);
    process.kill(processes[leader]!.pid, 'SIGKILL');
    const client = new Etcd3({ hosts: etcd.endpoints.filter((_, index) => index !== leader) });
    await eventually('another one leads', () =>
      client
        .put('led')
        .value('yes')
        .then(
          () => true,
          () => false,
        ),
    );
    client.close();
    await eventually('the old one is back', async () => {
      const again = (await running()).processes[leader]!;
      return again.restarts > 0 && again.state === 'running';
    });
    await stopSystem(folder);
    const other = await runTelemetry(['up', ...alone, ...here()]);
    assert.equal(other.code, 1);
    assert.match(other.stderr, /set up with 3 node\(s\), and 1 were asked for/);
  });

  it('Q1: says at once that a gateway waits for a collector where none runs, and serves what was folded before', async () => {
    const readOnly = ['up', '--collectors', '0', '--port', '0', '--detach', ...here()];
    const waits = 'gateway-1 waits: nothing has been folded yet';
    const first = await runTelemetry(readOnly);
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stdout, /telemetry is up\.[^]*gateway-1 +starting/);
    assert.match(first.stdout, /gateway-1 waits: there is no log yet/);
    assert.ok(first.stdout.includes(`telemetry scale collectors=1 --data-dir ${folder}`), first.stdout);
    assert.doesNotMatch(first.stdout, /Query API/);

    const rows = join(folder, 'rows.csv');
    await writeFile(rows, `${longHeader}\n${longRow({ value: '1' })}\n`);
    const [etcd] = (await running()).etcd.endpoints;
    assert.equal((await runTelemetry(['stream', rows, '--etcd', etcd!])).code, 0);
    await eventually('it waits for what folds', async () =>
      (await runTelemetry(['status', ...here()])).stdout.includes(waits),
    );

    assert.equal((await runTelemetry(['scale', 'collectors=1', ...here()])).code, 0);
    const gateway = async () => (await running()).processes.find(({ role }) => role === 'gateway')!;
    await eventually('it is ready', async () => (await gateway()).state === 'running');
    const { addresses } = await gateway();
    assert.equal((await fetch(`${addresses[0]!}/readyz`)).status, 200);
    const log = await runTelemetry(['logs', 'gateway-1', ...here()]);
    assert.ok(log.stdout.includes(`supervisor: gateway-1 is ready at ${addresses[0]!}`), log.stdout);

    await stopSystem(folder);
    const again = await runTelemetry(readOnly);
    assert.equal(again.code, 0, again.stderr);
    assert.match(again.stdout, /gateway-1 +running[^]*Query API: http/);
    assert.doesNotMatch(again.stdout, /waits/);
  });

  it('says which port is taken when one was asked for', async () => {
    const port = await freePort();
    const stranger = createServer().listen(port, '127.0.0.1');
    await once(stranger, 'listening');
    const run = await runTelemetry(['up', '--streamers', '0', '--port', String(port), ...here()]);
    stranger.close();
    assert.equal(run.code, 1);
    assert.match(run.stderr, new RegExp(`telemetry up: Port ${String(port)} on 127.0.0.1 is taken by another program`));
  });

  it('says that an etcd is unreachable, absent, or that its data folder is locked', async () => {
    const timed = async (what: string, ...args: readonly string[]) => {
      const started = performance.now();
      const run = await runTelemetry(['up', ...args, ...here()]);
      console.log(`      ${what} is said within ${((performance.now() - started) / 1_000).toFixed(1)} s`);
      return run;
    };
    const at = (port: number) => ['--etcd', `http://127.0.0.1:${String(port)}`];
    const advice = 'Start it \\(`telemetry up` runs one\\), or correct --etcd';
    const port = await freePort();
    const unreachable = await timed('an etcd that is not there', ...at(port));
    assert.equal(unreachable.code, 1);
    const where = `etcd is unreachable \\(http://127.0.0.1:${String(port)}: .*`;
    assert.match(unreachable.stderr, new RegExp(`${where}ECONNREFUSED.*${advice}`));

    const silent = createServer().listen(port, '127.0.0.1');
    await once(silent, 'listening');
    const stopped = await timed('an etcd that is stopped', ...at(port));
    assert.equal(stopped.code, 1);
    assert.match(stopped.stderr, new RegExp(`${where}says nothing within 3 s: it is stopped, or no etcd.*${advice}`));
    silent.close();

    const absent = await timed('that there is no etcd', ...alone, '--etcd-bin', join(folder, 'none'));
    assert.equal(absent.code, 1);
    assert.match(absent.stderr, /No usable etcd: .*none does not exist\. Correct TELEMETRY_ETCD_BIN/);

    const other = startTelemetry(['etcd', ...here()]);
    try {
      await eventually('another etcd runs on the folder', () => other.stdout.includes(' at http://'));
      const locked = await timed('a locked data folder', ...alone, '--detach');
      assert.equal(locked.code, 1);
      assert.match(locked.stderr, /is locked by another etcd \(.*\)\. Stop it, or use another --data-dir\./);
    } finally {
      other.child.kill('SIGTERM');
      await other.ended;
    }
  });

  (existsSync('/proc/self') ? it : it.skip)('says at once that its data folder cannot be made', async () => {
    for (const more of [[], ['--detach']]) {
      const up = startTelemetry(['up', ...alone, ...more, '--data-dir', '/proc/none/data']);
      const kill = (): boolean => up.child.kill('SIGKILL');
      process.once('exit', kill);
      const { code, stderr } = await up.ended;
      process.off('exit', kill);
      assert.equal(code, 1);
      assert.match(stderr, /no folder can be made in \/proc/);
    }
  });

  it('says that a data folder cannot be looked into, as one of another user, and not that nothing is there', async () => {
    // A link that leads to itself is closed to root, too.
    const closed = join(folder, 'closed');
    await symlink(closed, closed);
    for (const args of [
      ['status'],
      ['status', '--json'],
      ['logs'],
      ['verify'],
      ['scale', 'collectors=2'],
      ['down'],
      ['down', '--purge', '--json'],
    ]) {
      const { code, stdout, stderr } = await runTelemetry([...args, '--data-dir', closed]);
      assert.deepEqual([code, stdout], [1, ''], args.join(' '));
      assert.ok(stderr.includes(closed) && stderr.includes('ELOOP'), `${args.join(' ')}: ${stderr}`);
    }
    const etcd = ['--etcd', `http://127.0.0.1:${String(await freePort())}`];
    for (const command of ['status', 'verify']) {
      const { code, stderr } = await runTelemetry([command, ...etcd, '--data-dir', closed]);
      assert.equal(code, 1);
      assert.match(stderr, /^etcd is unreachable \(/, 'whoever names an etcd needs no folder');
    }
    const nodes = join(folder, 'etcd', 'nodes.json');
    await mkdir(join(folder, 'etcd'));
    await writeFile(nodes, '{"nodes":[');
    const damaged = await runTelemetry(['verify', ...here()]);
    assert.equal(damaged.code, 1);
    assert.ok(damaged.stderr.includes(`${nodes} is damaged; remove it to have new ports chosen`), damaged.stderr);
  });

  it('refuses a number of members of its own etcd where another etcd is named', async () => {
    const etcd = ['--etcd', 'http://127.0.0.1:1'];
    const said =
      /--etcd-nodes \(TELEMETRY_ETCD_NODES\) was "3" beside --etcd \(TELEMETRY_ETCD\); accepted: one of them/;
    for (const [args, environment] of [
      [[...etcd, '--etcd-nodes', '3'], {}],
      [[...etcd, '--detach'], { TELEMETRY_ETCD_NODES: '3' }],
      [['--etcd-nodes', '3'], { TELEMETRY_ETCD: 'http://127.0.0.1:1' }],
    ] as const) {
      const run = await runTelemetry(['up', ...args, ...here()], environment);
      assert.equal(run.code, 2, run.stderr);
      assert.match(run.stderr, said);
    }
    const one = await runTelemetry(['up', ...etcd, '--etcd-nodes', '1', ...here()]);
    assert.equal(one.code, 2, 'also where it would change nothing');
  });

  it('refuses bad options before anything starts, all in one message', async () => {
    const bad = ['--streamers', '11', '--port', '65536', '--etcd', 'localhost', '--etcd-nodes', '2', '--speed', '2'];
    const run = await runTelemetry(['up', ...bad, '--source', join(folder, 'none.csv'), ...here()]);
    assert.equal(run.code, 2);
    for (const option of ['streamers', 'port', 'etcd', 'etcd-nodes', 'speed', 'source']) {
      assert.match(run.stderr, new RegExp(`--${option} \\(TELEMETRY_[A-Z_]+\\) was .*; accepted: `));
    }
  });
});
