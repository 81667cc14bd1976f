import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from '../../infra/etcd/client.js';
import { freePort } from '../../infra/processes/free-port.js';
import { testEtcdBinary } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { full } from '../support/full-counts.js';
import { useTempFolder } from '../support/temp-folder.js';
import { needsHelm } from './support/helm.js';
import { podsIn } from './support/pods.js';
import { namespace, render, renderSet, theOne } from './support/rendered.js';
import { type ValueSetName } from './support/value-sets.js';

const name = 'fleet-gpu-telemetry-etcd';
const members = [0, 1, 2];

const argsOf = (set: ValueSetName): readonly string[] =>
  podsIn([theOne(renderSet(set), 'StatefulSet', 'etcd')])[0]!.containers[0]!.args!;

describe('the etcd of the chart', function () {
  needsHelm();
  this.timeout(180_000);
  const folder = useTempFolder();
  const running: ChildProcess[] = [];
  afterEach(async () => {
    for (const child of running.splice(0)) {
      const ended = once(child, 'exit');
      if (child.kill('SIGKILL')) await ended;
    }
  });

  it('has only arguments that etcd has', async () => {
    const { stdout } = spawnSync(await testEtcdBinary(), ['--help'], { encoding: 'utf8' });
    const known = new Set([...stdout.matchAll(/^\s+(--[\w-]+)/gm)].map(([, flag]) => flag));
    for (const argument of [...argsOf('defaults'), ...argsOf('secrets given as values')])
      assert.ok(known.has(argument.split('=')[0]), argument);
  });

  it('speaks TLS with members and clients when it has a certificate, and with nobody without one', () => {
    const args = argsOf('secrets given as values');
    for (const flag of ['--client-cert-auth', '--peer-client-cert-auth']) assert.ok(args.includes(flag));
    const plain = args.filter((argument) => argument.includes('http://'));
    assert.deepEqual(plain, ['--listen-metrics-urls=http://0.0.0.0:2381']);
  });

  it('is given the quota that the roles count with', () => {
    const objects = render({ etcd: { quotaGiB: 6 } });
    const { args } = podsIn([theOne(objects, 'StatefulSet', 'etcd')])[0]!.containers[0]!;
    assert.ok(args!.includes(`--quota-backend-bytes=${String(6 * 2 ** 30)}`));
    for (const role of ['streamer', 'collector', 'gateway']) {
      const { env } = podsIn([theOne(objects, 'Deployment', role)])[0]!.containers[0]!;
      assert.equal(env!.find((variable) => variable.name === 'TELEMETRY_ETCD_QUOTA')?.value, '6GiB');
    }
  });

  /** Ports for every member's, as the chart has them. */
  const freePorts = async (): Promise<ReadonlyMap<string, number>> => {
    const ports = new Map<string, number>();
    for (const member of members)
      for (const port of [2379, 2380, 2381])
        ports.set(`${String(member)}:${String(port)}`, await freePort(new Set(ports.values())));
    return ports;
  };

  /** As in the pod of a member, but that every name and address is loopback, and the data in a folder of this test. */
  const argsOn = (
    member: number,
    data: string,
    ports: ReadonlyMap<string, number>,
    all = argsOf('defaults'),
  ): readonly string[] => {
    const here = (whose: string, port: string): string => `127.0.0.1:${String(ports.get(`${whose}:${port}`))}`;
    const named = new RegExp(`${name}-(\\d)\\.${name}\\.${namespace}\\.svc\\.cluster\\.local:(\\d+)`, 'g');
    return all.map((argument) =>
      argument
        .replace('$(POD_NAME)', `${name}-${String(member)}`)
        .replace('/var/lib/etcd', join(data, String(member)))
        .replace(named, (_, whose: string, port: string) => here(whose, port))
        .replace(/0\.0\.0\.0:(\d+)/, (_, port: string) => here(String(member), port)),
    );
  };

  const isHealthy = async (port: number | undefined): Promise<boolean> =>
    (await fetch(`http://127.0.0.1:${String(port)}/health`).catch(() => undefined))?.status === 200;

  const areHealthy = async (ports: ReadonlyMap<string, number>): Promise<boolean> =>
    (await Promise.all(members.map((member) => isHealthy(ports.get(`${String(member)}:2381`))))).every(Boolean);
  const launch = async (args: readonly string[]): Promise<ChildProcess> => {
    assert.ok(!args.some((argument) => /svc|0\.0\.0\.0|POD_NAME/.test(argument)), args.join(' '));
    const child = spawn(await testEtcdBinary(), args, { stdio: 'ignore' });
    running.push(child);
    return child;
  };

  /** Three members that were started all at once, with the arguments of the chart. */
  const startThree = async () => {
    // Another test may take a port between its choice and its use, and that member ends.
    for (let attempt = 1; attempt <= 5; attempt++) {
      const [ports, data] = [await freePorts(), join(folder(), String(attempt))];
      const started = await Promise.all(members.map((member) => launch(argsOn(member, data, ports))));
      const hasEnded = (): boolean => started.some(({ exitCode }) => exitCode !== null);
      await eventually('three are healthy, or one has ended', async () => hasEnded() || (await areHealthy(ports)));
      if (!hasEnded()) return { ports, data, started };
    }
    return assert.fail('in five attempts one of the members ended');
  };

  it('becomes one cluster of three, started with these very arguments all at once', async () => {
    await startThree();
  });

  it('takes a member again that lost its volume, as the handbook says', async function () {
    if (!full) this.skip();
    const { ports, data, started } = await startThree();
    const url = (member: number, port: number) =>
      `http://127.0.0.1:${String(ports.get(`${String(member)}:${String(port)}`))}`;
    const client = createClient({ endpoints: [url(0, 2379), url(1, 2379)], deadlineMs: 3_000 });
    try {
      await client.put('kept').value('yes');
      const lost = started[2]!;
      const ended = once(lost, 'exit');
      lost.kill('SIGKILL');
      await ended;
      await rm(join(data, '2'), { recursive: true });
      const { members: known } = await client.cluster.memberList({});
      const { ID } = known.find((member) => member.name === `${name}-2`)!;
      // Asked again while they have no leader, as somebody at a keyboard would.
      const done = (asked: Promise<unknown>): Promise<boolean> => asked.then(() => true).catch(() => false);
      const names = async (): Promise<readonly string[]> =>
        (await client.cluster.memberList({})).members.map((member) => member.name);
      await eventually('it is removed', async () => {
        await done(client.cluster.memberRemove({ ID }));
        return (await names()).length === 2;
      });
      await eventually('the two take it in again', () => done(client.cluster.memberAdd({ peerURLs: [url(2, 2380)] })));
      const existing = podsIn([theOne(render({ etcd: { clusterState: 'existing' } }), 'StatefulSet', 'etcd')]);
      await launch(argsOn(2, data, ports, existing[0]!.containers[0]!.args));
      await eventually('three are healthy', () => areHealthy(ports));
      const back = createClient({ endpoints: [url(2, 2379)] });
      assert.equal(await back.get('kept').string(), 'yes');
      back.close();
    } finally {
      client.close();
    }
  });
});
