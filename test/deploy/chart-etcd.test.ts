import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePort } from '../../infra/processes/free-port.js';
import { testEtcdBinary } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
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
  const argsOn = (member: number, data: string, ports: ReadonlyMap<string, number>): readonly string[] => {
    const here = (whose: string, port: string): string => `127.0.0.1:${String(ports.get(`${whose}:${port}`))}`;
    const named = new RegExp(`${name}-(\\d)\\.${name}\\.${namespace}\\.svc\\.cluster\\.local:(\\d+)`, 'g');
    return argsOf('defaults').map((argument) =>
      argument
        .replace('$(POD_NAME)', `${name}-${String(member)}`)
        .replace('/var/lib/etcd', join(data, String(member)))
        .replace(named, (_, whose: string, port: string) => here(whose, port))
        .replace(/0\.0\.0\.0:(\d+)/, (_, port: string) => here(String(member), port)),
    );
  };

  const isHealthy = async (port: number | undefined): Promise<boolean> =>
    (await fetch(`http://127.0.0.1:${String(port)}/health`).catch(() => undefined))?.status === 200;

  it('becomes one cluster of three, started with these very arguments all at once', async () => {
    const binary = await testEtcdBinary();
    // Another test may take a port between its choice and its use, and that member ends.
    for (let attempt = 1; attempt <= 5; attempt++) {
      const ports = await freePorts();
      const started = members.map((member) => {
        const args = argsOn(member, join(folder(), String(attempt)), ports);
        assert.ok(!args.some((argument) => /svc|0\.0\.0\.0|POD_NAME/.test(argument)), args.join(' '));
        return spawn(binary, args, { stdio: 'ignore' });
      });
      running.push(...started);
      const hasEnded = (): boolean => started.some(({ exitCode }) => exitCode !== null);
      const areHealthy = async (): Promise<boolean> =>
        (await Promise.all(members.map((member) => isHealthy(ports.get(`${String(member)}:2381`))))).every(Boolean);
      await eventually('three are healthy, or one has ended', async () => hasEnded() || (await areHealthy()));
      if (!hasEnded()) return;
    }
    assert.fail('in five attempts one of the members ended');
  });
});
