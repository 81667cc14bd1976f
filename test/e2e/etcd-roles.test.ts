import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Etcd3 } from 'etcd3';
import { createClient } from '../../infra/etcd/client.js';
import { ask, type GpuView } from '../support/api.js';
import { etcdForSuite } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { longHeader, longRow } from '../support/source-texts.js';
import { type RunningTelemetry, runProcess, runTelemetry, startTelemetry } from '../support/telemetry.js';
import { useTempFolder } from '../support/temp-folder.js';

const sample = resolve('data/dcgm_metrics_sample.csv');
const rows = 2_470;
const password = 'not-a-real-password';

/** Does what `etcdctl LINE` would, as far as `telemetry doctor --etcd-roles` uses it. */
const etcdctl = async ({ auth }: Etcd3, line: string): Promise<void> => {
  const bytes = (text: string): Buffer => Buffer.from(text);
  const [, kind, verb, ...rest] = line.split(' ');
  const isPrefix = rest[0] === '--prefix';
  const [name = '', what = '', key = ''] = isPrefix ? rest.slice(1) : rest;
  if (kind === 'role' && verb === 'add') await auth.roleAdd({ name });
  else if (kind === 'role' && verb === 'grant-permission') {
    const end = isPrefix ? bytes(`${key.slice(0, -1)}0`) : Buffer.alloc(0);
    const permType = what === 'read' ? 'Read' : 'Readwrite';
    assert.ok(what === 'read' || what === 'readwrite', line);
    await auth.roleGrantPermission({ name, perm: { permType, key: bytes(key), range_end: end } });
  } else if (kind === 'user' && verb === 'add') await auth.userAdd({ name, password });
  else if (kind === 'user' && verb === 'grant-role') await auth.userGrantRole({ user: name, role: what });
  else throw new Error(`not known: ${line}`);
};

type Role = 'streamer' | 'collector' | 'gateway' | 'operator';

describe('an etcd that has a user for each role', function () {
  this.timeout(240_000);
  const etcd = etcdForSuite();
  const folder = useTempFolder();
  const running: RunningTelemetry[] = [];

  before(async () => {
    const { stdout } = await runTelemetry(['doctor', '--etcd-roles']);
    const lines = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    const client = createClient({ endpoints: etcd().endpoints });
    for (const line of [
      ...lines,
      'etcdctl role add root',
      'etcdctl user add root',
      'etcdctl user grant-role root root',
    ])
      await etcdctl(client, line);
    await client.auth.authEnable();
    client.close();
  });
  afterEach(async () => {
    const ending = running.splice(0);
    for (const { child } of ending) child.kill('SIGTERM');
    for (const { ended } of ending) assert.doesNotMatch((await ended).stderr, /permission/i);
  });

  const as = (role: Role): NodeJS.ProcessEnv => ({
    ...{ TELEMETRY_ETCD: etcd().endpoint, TELEMETRY_ETCD_USERNAME: `telemetry-${role}` },
    ...{ TELEMETRY_ETCD_PASSWORD: password, TELEMETRY_ADMIN_TOKEN: 'admin', TELEMETRY_LOG_LEVEL: 'info' },
  });
  const start = (role: Role, ...args: readonly string[]): RunningTelemetry => {
    const one = startTelemetry(args, as(role));
    running.push(one);
    return one;
  };
  /** Where one serves that is ready. */
  const gateway = async (): Promise<string> => {
    const serving = start('gateway', 'serve', '--port', '0');
    const origin = (): string | undefined => /http:\/\/[\d.]+:\d+/.exec(serving.stdout + serving.stderr)?.[0];
    await eventually('the gateway listens', () => origin() !== undefined);
    await eventually('it is ready', async () => (await fetch(`${origin()!}/readyz`)).status === 200);
    return origin()!;
  };
  const operate = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await runTelemetry(args, as('operator'));
    assert.equal(code, 0, `${args.join(' ')}: ${stdout}${stderr}`);
    return stdout;
  };
  const clientOf = (role: Role): Etcd3 =>
    createClient({ endpoints: etcd().endpoints, user: { username: `telemetry-${role}`, password } });

  it('lets every process do all that it does, as the user of its role', async () => {
    const streamed = await runProcess(['stream', sample, '--json'], as('streamer'));
    assert.equal(streamed.code, 0, streamed.stderr);
    start('collector', 'collect', '--lease', '2s');
    const verdict = JSON.parse(await operate('verify', '--json', '--wait', '60s')) as Record<string, unknown>;
    assert.deepEqual([verdict['ok'], verdict['events'], verdict['gpus']], [true, rows, 247]);
    // As the chart asks before an upgrade, with what gateways sign on with.
    const asked = await runTelemetry(['projections', 'list', '--json'], as('gateway'));
    assert.equal(asked.code, 0, asked.stderr);
    const origin = await gateway();
    assert.equal((await ask<GpuView[]>(origin, '/api/v1/gpus')).total, 247);

    const reset = await fetch(`${origin}/api/v1/projections/gpu/reset`, {
      ...{ method: 'POST', headers: { authorization: 'Bearer admin' } },
    });
    assert.equal(reset.status, 202, await reset.text());
    await eventually('what was asked for is built', async () => {
      const list = JSON.parse(await operate('projections', 'list', '--json')) as Record<string, unknown>[];
      return list.some((row) => row['name'] === 'gpu' && row['generation'] === '2' && row['state'] === 'active');
    });
    await operate('projections', 'verify');
    await operate('log', 'trim', '--older-than', '0s');
    const more = await runProcess(['stream', sample, '--json', '--cluster', 'another'], as('streamer'));
    assert.equal(more.code, 0, more.stderr);
    const after = JSON.parse(await operate('verify', '--json', '--wait', '60s')) as Record<string, unknown>;
    assert.deepEqual([after['ok'], after['events']], [true, 2 * rows]);
  });

  it('lets a streamer read dead letters again that a gateway was asked for', async () => {
    const file = join(folder(), 'rows.csv');
    await writeFile(file, [longHeader, longRow({ value: 'x' }), longRow({ value: '2' }), ''].join('\n'));
    start('streamer', 'stream', file, '--idle');
    const letters = async () =>
      (await operate('dead-letters', 'list', '--json'))
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as { id: string; state: string });
    await eventually('the letter is there', async () => (await letters()).length === 1);
    const query = 'mutation ($ids: [String!]!) { replayDeadLetters(ids: $ids) { id state } }';
    const ids = (await letters()).map(({ id }) => id);
    const headers = { authorization: 'Bearer admin', 'content-type': 'application/json' };
    const body = JSON.stringify({ query, variables: { ids } });
    const answer = await fetch(`${await gateway()}/graphql`, { method: 'POST', headers, body });
    const told = (await answer.json()) as { data: { replayDeadLetters: { state: string }[] } };
    assert.deepEqual(told.data.replayDeadLetters[0]!.state, 'requested');
    await eventually('a streamer has read it again', async () => (await letters())[0]!.state === 'refused');
  });

  it('refuses to each what is not of its role', async () => {
    const foreign: readonly (readonly [Exclude<Role, 'operator'>, string])[] = [
      ...(['models/gpu/1/a', 'projections/registry', 'meta/trimmed/00', 'claims/gpu/1/00'] as const).map(
        (path) => ['streamer', path] as const,
      ),
      ...(['sources/a', 'lanes/00', 'dead-letters/a', 'claims/sources/a', 'members/gateway/a'] as const).map(
        (path) => ['collector', path] as const,
      ),
      ...(['log/00/00/1', 'models/gpu/1/a', 'sources/a', 'meta/log', 'claims/gpu/1/00'] as const).map(
        (path) => ['gateway', path] as const,
      ),
    ];
    const clients = new Map((['streamer', 'collector', 'gateway'] as const).map((role) => [role, clientOf(role)]));
    for (const [role, path] of foreign) {
      const client = clients.get(role)!;
      await assert.rejects(
        client.put(`/telemetry/${path}`).value('mine').exec(),
        /permission denied/,
        `${role} ${path}`,
      );
    }
    for (const client of clients.values()) client.close();
    const client = clientOf('operator');
    await assert.rejects(client.put('/other/key').value('mine').exec(), /permission denied/);
    client.close();
  });

  it('P8: is defragmented by a collector that has the user who may, and by no other', async () => {
    const root = createClient({ endpoints: etcd().endpoints, user: { username: 'root', password } });
    // Whatever came of an attempt, also where etcd did not answer in time, the next is made a minute later.
    const patience = { withinMs: 150_000 };
    try {
      for (let written = 0; written < 16; written++)
        await root.put('/other/filler').value(Buffer.alloc(1 << 20, written));
      await root.delete().key('/other/filler');
      const fileBytes = async () => Number((await root.maintenance.status()).dbSize);
      const before = await fileBytes();
      // As if that were nearly all that it may have.
      const narrow = ['collect', '--etcd-quota', String(before)];
      const refused = startTelemetry([...narrow, '--etcd-maintenance'], as('collector'));
      try {
        await eventually(
          'it says why not',
          () => refused.stderr.includes('name that user by --etcd-maintenance-username'),
          patience,
        );
      } finally {
        refused.child.kill('SIGTERM');
        await refused.ended;
      }
      assert.ok((await fileBytes()) >= before);

      const user = { TELEMETRY_ETCD_MAINTENANCE_USERNAME: 'root', TELEMETRY_ETCD_MAINTENANCE_PASSWORD: password };
      running.push(startTelemetry(narrow, { ...as('collector'), ...user }));
      await eventually('the free pages are given back', async () => (await fileBytes()) < before / 2, patience);
    } finally {
      root.close();
    }
  });

  it('says so to a process that is started as another, and ends it with exit code 1', async () => {
    for (const [role, ...args] of [
      ['gateway', 'stream', sample, '--cluster', 'third'],
      ['streamer', 'collect'],
    ] as const) {
      const { code, stderr } = await runProcess(args, as(role));
      assert.equal(code, 1, stderr);
      assert.match(stderr, /permission denied/);
    }
  });
});
