import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { type Etcd3 } from 'etcd3';
import { accessRoles } from '../../infra/etcd/access-roles.js';
import { createClient } from '../../infra/etcd/client.js';
import { Keys } from '../../infra/etcd/keys.js';
import { headRevision } from '../../infra/etcd/range.js';
import { raiseSegmentVersion } from '../../infra/etcd/segment-version-store.js';
import { type AppliedRole } from '../../infra/doctor/apply-roles.js';
import { ask, type GpuView, untilReached } from '../support/api.js';
import { etcdForSuite } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { never } from '../support/never.js';
import { type RunningTelemetry, runProcess, runTelemetry, startTelemetry } from '../support/telemetry.js';

const sample = resolve('data/dcgm_metrics_sample.csv');
const roles = ['streamer', 'collector', 'gateway', 'operator'] as const;
type Role = (typeof roles)[number];
const passwords: Readonly<Record<Role, string>> = {
  ...{ streamer: 'streams-4c', collector: 'collects-4c', gateway: 'serves-4c', operator: 'operates-4c' },
};
const rootPassword = 'roots-4c';
const variable = (role: Role): string => `TELEMETRY_ETCD_${role.toUpperCase()}_PASSWORD`;

interface Summary {
  readonly asks_for_users: boolean;
  readonly changed: boolean;
  readonly roles: readonly AppliedRole[];
}

describe('telemetry doctor --etcd-roles --apply', function () {
  this.timeout(240_000);
  const etcd = etcdForSuite();
  const running: RunningTelemetry[] = [];
  afterEach(async () => {
    const ending = running.splice(0);
    for (const { child } of ending) child.kill('SIGTERM');
    for (const { ended } of ending) assert.doesNotMatch((await ended).stderr, /permission/i);
  });

  const root = { TELEMETRY_ETCD_USERNAME: 'root', TELEMETRY_ETCD_PASSWORD: rootPassword };
  const given: NodeJS.ProcessEnv = Object.fromEntries(roles.map((role) => [variable(role), passwords[role]]));
  const apply = (environment: NodeJS.ProcessEnv, ...more: readonly string[]) =>
    runTelemetry(['doctor', '--etcd-roles', '--apply', '--etcd', etcd().endpoint, ...more], environment);
  const applied = async (environment: NodeJS.ProcessEnv): Promise<Summary> => {
    const { code, stdout, stderr } = await apply(environment, '--json');
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as Summary;
  };
  const asRoot = async <A>(run: (client: Etcd3) => Promise<A>): Promise<A> => {
    const client = createClient({ endpoints: etcd().endpoints, user: { username: 'root', password: rootPassword } });
    try {
      return await run(client);
    } finally {
      client.close();
    }
  };
  const signsOn = async (username: string, password: string): Promise<boolean> => {
    const client = createClient({ endpoints: etcd().endpoints });
    try {
      return await client.auth.authenticate({ name: username, password }).then(
        () => true,
        () => false,
      );
    } finally {
      client.close();
    }
  };
  /** Each permission that etcd has for a role. */
  const permissions = (role: Role): Promise<readonly string[]> =>
    asRoot(async ({ auth }) =>
      (await auth.roleGet({ role: `telemetry-${role}` })).perm
        .map(({ permType, key, range_end: end }) => `${permType} ${key.toString()} ${end.toString()}`)
        .sort(),
    );

  it('makes them in an etcd that asks nobody yet, says what it made, and says so the second time too', async () => {
    const first = await apply({ [variable('streamer')]: passwords.streamer });
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stdout, /^role telemetry-streamer: made, \d+ granted\nuser telemetry-streamer: made\n/);
    assert.match(
      first.stdout,
      /user telemetry-gateway: left out, because TELEMETRY_ETCD_GATEWAY_PASSWORD \(or _FILE\)/,
    );
    assert.match(first.stdout, /4 of 4 were changed\.\netcd asks nobody who they are yet: .*etcdctl auth enable/);
    const second = await applied(given);
    assert.deepEqual([second.asks_for_users, second.changed], [false, true]);
    assert.deepEqual(
      second.roles.map(({ role, user }) => [role.made, role.granted, role.revoked, user.state]),
      [
        [false, 0, 0, 'there'],
        [false, 0, 0, 'made'],
        [false, 0, 0, 'made'],
        [false, 0, 0, 'made'],
      ],
    );
    assert.doesNotMatch(first.stdout + JSON.stringify(second), /-4c/);
  });

  it('changes nothing in an etcd that asks for users, where all is so', async () => {
    const client = createClient({ endpoints: etcd().endpoints });
    await client.auth.roleAdd({ name: 'root' });
    await client.auth.userAdd({ name: 'root', password: rootPassword });
    await client.auth.userGrantRole({ user: 'root', role: 'root' });
    await client.auth.authEnable();
    client.close();
    const before = await Promise.all(roles.map(permissions));
    const { asks_for_users, changed, roles: told } = await applied({ ...root, ...given });
    assert.deepEqual([asks_for_users, changed], [true, false]);
    assert.ok(told.every(({ user }) => user.password === 'same' && user.other_roles.length === 0));
    assert.deepEqual(await Promise.all(roles.map(permissions)), before);
    const { stdout } = await apply({ ...root, ...given });
    assert.match(stdout, /Nothing was changed\.$/m);
    assert.equal(stdout.match(/as it should be/g)?.length, 8);
  });

  it('lets every process do all that it does, as the user of its role', async () => {
    const as = (role: Role): NodeJS.ProcessEnv => ({
      ...{ TELEMETRY_ETCD: etcd().endpoint, TELEMETRY_ETCD_USERNAME: `telemetry-${role}` },
      ...{ TELEMETRY_ETCD_PASSWORD: passwords[role] },
    });
    const streamed = await runProcess(['stream', sample, '--json'], as('streamer'));
    assert.equal(streamed.code, 0, streamed.stderr);
    running.push(startTelemetry(['collect'], as('collector')));
    const serving = startTelemetry(['serve', '--port', '0'], as('gateway'));
    running.push(serving);
    const verdict = await runTelemetry(['verify', '--json', '--wait', '60s'], as('operator'));
    assert.equal(verdict.code, 0, verdict.stdout + verdict.stderr);
    const origin = (): string | undefined => /http:\/\/[\d.]+:\d+/.exec(serving.stdout + serving.stderr)?.[0];
    await eventually('the gateway listens', () => origin() !== undefined);
    await eventually('it is ready', async () => (await fetch(`${origin()!}/readyz`)).status === 200);
    await untilReached(origin()!, await asRoot((one) => headRevision(one, never)));
    assert.equal((await ask<GpuView[]>(origin()!, '/api/v1/gpus')).total, 247);

    // What a streamer of a newer program asks: who reads what, while they live, and what it writes when they do not.
    const keys = new Keys();
    const user = { username: 'telemetry-streamer', password: passwords.streamer };
    const client = createClient({ endpoints: etcd().endpoints, user });
    const raise = async () => {
      const answer = await raiseSegmentVersion(client, keys, 2, never);
      return answer.kind === 'answered' ? answer.value : answer.failure.message;
    };
    try {
      assert.equal(await raise(), 1);
      for (const { child } of running) child.kill('SIGTERM');
      await Promise.all(running.map(({ ended }) => ended));
      assert.equal(await raise(), 2);
      await asRoot((root) => root.delete().key(keys.segmentVersion).exec());
    } finally {
      client.close();
    }
  });

  it('grants again what was taken, takes back what is too much, and sets another password', async () => {
    const before = await permissions('gateway');
    await asRoot(async ({ auth }) => {
      const role = 'telemetry-gateway';
      const [one] = (await auth.roleGet({ role })).perm;
      await auth.roleRevokePermission({ role, key: one!.key, range_end: one!.range_end });
      const keys = { key: Buffer.from('/'), range_end: Buffer.from('0') };
      await auth.roleGrantPermission({ name: role, perm: { permType: 'Readwrite', ...keys } });
      await auth.roleAdd({ name: 'visitors' });
      await auth.userGrantRole({ user: 'telemetry-gateway', role: 'visitors' });
      await auth.userRevokeRole({ name: 'telemetry-gateway', role: 'telemetry-gateway' });
    });
    const { stdout, code } = await apply({ ...root, ...given, [variable('gateway')]: 'changed-4c' });
    assert.equal(code, 0);
    assert.match(stdout, /^role telemetry-gateway: 1 granted, 1 taken back that it does not need$/m);
    assert.match(stdout, /^user telemetry-gateway: password set, given the role; it has other roles, too: visitors$/m);
    assert.match(stdout, /^1 of 4 were changed\.$/m);
    assert.deepEqual(await permissions('gateway'), before);
    assert.ok(await signsOn('telemetry-gateway', 'changed-4c'));
    assert.ok(!(await signsOn('telemetry-gateway', passwords.gateway)));
    // Without a password that of the user stays.
    assert.equal((await applied(root)).changed, false);
    assert.ok(await signsOn('telemetry-gateway', 'changed-4c'));
  });

  it('touches no other prefix, and grants what the roles of its own need', async () => {
    const before = await permissions('streamer');
    const environment = { ...root, TELEMETRY_PREFIX: '/sites/north/' };
    assert.equal((await applied(environment)).roles[0]!.name, 'sites-north-streamer');
    assert.deepEqual(await permissions('streamer'), before);
    const [streamer] = accessRoles(new Keys('/sites/north/'));
    const made = await asRoot(({ auth }) => auth.roleGet({ role: 'sites-north-streamer' }));
    assert.equal(made.perm.length, streamer!.grants.length);
  });

  it('tells who is not root, and who named nobody or another password, that only root may', async () => {
    const streamer = { TELEMETRY_ETCD_USERNAME: 'telemetry-streamer', TELEMETRY_ETCD_PASSWORD: passwords.streamer };
    for (const [environment, message] of [
      [streamer, /permission denied/],
      [{}, /user name is empty/],
      [{ ...root, TELEMETRY_ETCD_PASSWORD: 'wrong-4c' }, /authentication failed/],
    ] as const) {
      const { code, stdout, stderr } = await apply(environment);
      assert.equal(code, 1, stdout);
      assert.match(stderr, message);
      assert.match(stderr, /Only root may make roles and users: --etcd-username root/);
      assert.doesNotMatch(stderr, /-4c/);
    }
    const { code, stderr } = await runTelemetry(['doctor', '--apply']);
    assert.deepEqual([code, stderr.trim()], [2, 'doctor: --apply goes with --etcd-roles.']);
  });
});
