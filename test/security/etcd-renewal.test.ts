import assert from 'node:assert/strict';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from '../../infra/etcd/client.js';
import { ask, type GpuView } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { full } from '../support/full-counts.js';
import { type Authority, makeAuthority, makeCertificate } from '../support/made-certificate.js';
import { type SecureEtcd, startSecureEtcd } from '../support/secure-etcd.js';
import { longHeader, longRow } from '../support/source-texts.js';
import { type RunningTelemetry, runTelemetry, startTelemetry } from '../support/telemetry.js';
import { useTempFolder } from '../support/temp-folder.js';

const rootPassword = 'root-9c';
const roles = ['streamer', 'collector', 'gateway', 'operator'] as const;
type Role = (typeof roles)[number];

const signedBy = (authority: Authority, name: string) => makeCertificate(name, -1, 1, { signedBy: authority });

describe('an etcd that asks for certificates and for users', function () {
  this.timeout(240_000);
  const folder = useTempFolder();
  const [first, second] = [makeAuthority('first'), makeAuthority('second')];
  const running: RunningTelemetry[] = [];
  let etcd: SecureEtcd;
  beforeEach(async () => {
    etcd = await startSecureEtcd(signedBy(first, 'etcd'), [first]);
  });
  afterEach(async () => {
    const ending = running.splice(0);
    for (const { child } of ending) child.kill('SIGTERM');
    await Promise.all(ending.map(({ ended }) => ended));
    await etcd.stop();
  });

  const file = (name: string): string => join(folder(), name);
  const writeCertificates = async (authority: Authority): Promise<void> => {
    const { cert, key } = signedBy(authority, 'process');
    await Promise.all([
      writeFile(file('ca.crt'), authority.cert),
      writeFile(file('tls.crt'), cert),
      writeFile(file('tls.key'), key),
    ]);
  };
  const secure = (): NodeJS.ProcessEnv => ({
    ...{ TELEMETRY_ETCD: etcd.endpoint, TELEMETRY_ETCD_CA: file('ca.crt') },
    ...{ TELEMETRY_ETCD_CERT: file('tls.crt'), TELEMETRY_ETCD_KEY: file('tls.key') },
  });
  const as = (role: Role): NodeJS.ProcessEnv => ({
    ...{ ...secure(), TELEMETRY_ETCD_USERNAME: `telemetry-${role}`, TELEMETRY_ETCD_PASSWORD_FILE: file(role) },
  });
  /** Makes roles and users as the handbook says, and writes the passwords where processes look for theirs. */
  const setPasswords = async (suffix: string): Promise<void> => {
    await writePasswords(suffix);
    await setInEtcd(suffix);
  };
  const writePasswords = async (suffix: string): Promise<void> => {
    await Promise.all(roles.map((role) => writeFile(file(role), `${role}-${suffix}\n`)));
  };
  const setInEtcd = async (suffix: string): Promise<void> => {
    const variable = (role: Role): string => `TELEMETRY_ETCD_${role.toUpperCase()}_PASSWORD`;
    const passwords = Object.fromEntries(roles.map((role) => [variable(role), `${role}-${suffix}`]));
    const root = { TELEMETRY_ETCD_USERNAME: 'root', TELEMETRY_ETCD_PASSWORD: rootPassword };
    const { code, stderr } = await runTelemetry(['doctor', '--etcd-roles', '--apply'], {
      ...{ ...secure(), ...root, ...passwords },
    });
    assert.equal(code, 0, stderr);
  };
  const makeRoot = async (): Promise<void> => {
    const { cert, key } = signedBy(first, 'setup');
    const tls = {
      rootCertificate: Buffer.from(first.cert),
      certChain: Buffer.from(cert),
      privateKey: Buffer.from(key),
    };
    const client = createClient({ endpoints: [etcd.endpoint], tls });
    await client.auth.roleAdd({ name: 'root' });
    await client.auth.userAdd({ name: 'root', password: rootPassword });
    await client.auth.userGrantRole({ user: 'root', role: 'root' });
    await client.auth.authEnable();
    client.close();
  };
  const start = (role: Role, ...args: readonly string[]): RunningTelemetry => {
    const one = startTelemetry(args, as(role));
    running.push(one);
    return one;
  };

  it('takes each process as the user of its role, or by the name in its certificate, and no further', async () => {
    await writeCertificates(first);
    await setPasswords('1');
    await makeRoot();
    const source = file('rows.csv');
    await writeFile(source, [longHeader, longRow({ uuid: 'GPU-a' }), ''].join('\n'));
    const streamed = await runTelemetry(['stream', source, '--json'], as('streamer'));
    assert.equal(streamed.code, 0, streamed.stderr);
    const asGateway = await runTelemetry(['stream', source, '--json', '--again'], as('gateway'));
    assert.equal(asGateway.code, 1);
    assert.match(asGateway.stderr, /permission denied/);
    const nobody = await runTelemetry(['log', 'stats'], secure());
    assert.equal(nobody.code, 1);
    assert.match(nobody.stderr, /user name is empty|permission denied/);
    // Without a password: etcd takes the common name of the certificate for the user.
    const named = async (role: Role) => {
      const { cert, key } = signedBy(first, `telemetry-${role}`);
      await Promise.all([writeFile(file('own.crt'), cert), writeFile(file('own.key'), key)]);
      return { ...secure(), TELEMETRY_ETCD_CERT: file('own.crt'), TELEMETRY_ETCD_KEY: file('own.key') };
    };
    const stats = await runTelemetry(['log', 'stats', '--json'], await named('operator'));
    assert.equal(stats.code, 0, stats.stderr);
    assert.equal((JSON.parse(stats.stdout) as { events: number }).events, 1);
    const refused = await runTelemetry(['stream', source, '--again'], await named('gateway'));
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /permission denied/);
  });

  it('goes on being asked by processes that run, with the certificates and passwords that come into their files', async function () {
    if (!full) this.skip();
    await writeCertificates(first);
    await setPasswords('1');
    await makeRoot();
    const source = file('rows.csv');
    await writeFile(source, [longHeader, longRow({ uuid: 'GPU-a' }), ''].join('\n'));
    start('streamer', 'stream', source, '--follow');
    start('collector', 'collect');
    let serving = start('gateway', 'serve', '--port', '0');
    const origin = (): string | undefined => /http:\/\/[\d.]+:\d+/.exec(serving.stdout + serving.stderr)?.[0];
    await eventually('the gateway listens', () => origin() !== undefined);
    const known = async (): Promise<readonly string[]> => {
      const answer = await fetch(`${origin()!}/readyz`);
      if (answer.status !== 200) return [];
      return (await ask<GpuView[]>(origin()!, '/api/v1/gpus')).data.map(({ uuid }) => uuid);
    };
    const shows = (uuid: string) => eventually(`${uuid} is shown`, async () => (await known()).includes(uuid));
    await shows('GPU-a');

    // Their connections end, and new ones need what is in the files by then.
    await writeCertificates(second);
    await etcd.present(signedBy(second, 'etcd'));
    await etcd.restart([second]);
    await appendFile(source, `${longRow({ uuid: 'GPU-b' })}\n`);
    await shows('GPU-b');

    // etcd forgets who signed on with the password of before.
    await setPasswords('2');
    await appendFile(source, `${longRow({ uuid: 'GPU-c' })}\n`);
    await shows('GPU-c');

    // What is half written is not used: what was there before holds on, and that is said by who asks etcd.
    await writeFile(file('tls.crt'), 'half a certificate');
    const collector = running[1]!;
    await eventually('the collector says so', async () => {
      await appendFile(source, `${longRow({ uuid: 'GPU-d' })}\n`);
      return /asked with what was there before: .*tls\.crt holds no certificate/.test(collector.stderr);
    });
    await etcd.restart([second]);
    await appendFile(source, `${longRow({ uuid: 'GPU-e' })}\n`);
    await shows('GPU-e');
    assert.ok(running.every(({ child }) => child.exitCode === null));

    // A password that etcd has and no file tells yet: who is refused ends in order or tries again, and says why.
    await writeCertificates(second);
    await setInEtcd('3');
    await appendFile(source, `${longRow({ uuid: 'GPU-f' })}\n`);
    for (const { ended } of [running[0]!, serving]) {
      const { code, stderr } = await ended;
      assert.equal(code, 1, stderr);
      assert.match(stderr, /authentication failed/);
      assert.doesNotMatch(stderr, /^\s+at .*\.js:\d+/m);
    }
    await writePasswords('3');
    // The collector has ended too if it had something to write meanwhile.
    start('collector', 'collect');
    start('streamer', 'stream', source, '--follow');
    serving = start('gateway', 'serve', '--port', '0');
    await eventually('the gateway listens again', () => origin() !== undefined);
    await shows('GPU-f');
  });
});
