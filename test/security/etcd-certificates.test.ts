import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { full } from '../support/full-counts.js';
import { makeAuthority, makeCertificate, type MadeCertificate } from '../support/made-certificate.js';
import { type SecureEtcd, startSecureEtcd } from '../support/secure-etcd.js';
import { runTelemetry, startTelemetry } from '../support/telemetry.js';
import { eventually } from '../support/eventually.js';
import { useTempFolder } from '../support/temp-folder.js';

const [authority, stranger] = [makeAuthority('authority'), makeAuthority('stranger')];
const signed = (name: string, from = -1, to = 1, host?: string): MadeCertificate =>
  makeCertificate(name, from, to, { signedBy: authority, ...(host && { host }) });
const server = signed('etcd');
const client = signed('client');

describe('an etcd that asks for certificates', function () {
  const folder = useTempFolder();
  let etcd: SecureEtcd;
  before(async () => {
    etcd = await startSecureEtcd(server, [authority]);
  });
  after(() => etcd.stop());

  const fileOf = async (name: string, text: string): Promise<string> => {
    const path = join(folder(), name);
    await writeFile(path, text);
    return path;
  };
  /** With all that is needed, but for what is told otherwise; null is left out. */
  const optionsWith = async (other: Readonly<Record<string, string | null>> = {}): Promise<readonly string[]> => {
    const files = { 'ca.crt': authority.cert, 'tls.crt': client.cert, 'tls.key': client.key, ...other };
    const flags = { 'ca.crt': '--etcd-ca', 'tls.crt': '--etcd-cert', 'tls.key': '--etcd-key' };
    const options = ['--etcd', etcd.endpoint];
    for (const [name, flag] of Object.entries(flags)) {
      const text = files[name as keyof typeof files];
      if (text !== null) options.push(flag, await fileOf(name, text));
    }
    return options;
  };
  const said = async (other: Readonly<Record<string, string | null>>): Promise<string> => {
    const { code, stdout, stderr } = await runTelemetry(['log', 'stats', ...(await optionsWith(other))]);
    assert.deepEqual([code, stdout], [1, ''], stderr);
    return stderr.replaceAll(`${folder()}/`, '');
  };

  it('is asked by who shows the right one', async () => {
    const { stderr } = await runTelemetry(['log', 'stats', ...(await optionsWith())]);
    assert.match(stderr, /There is no log below/);
  });

  it('is told from those that it does not let in, with the file that is wrong, and what is wrong with it', async () => {
    assert.match(await said({ 'tls.crt': null }), /--etcd-cert and --etcd-key are given together\.$/m);
    assert.match(
      await said({ 'tls.crt': null, 'tls.key': null }),
      /etcd asks for a certificate of its clients, and none is given: --etcd-cert and --etcd-key/,
    );
    const old = signed('client', -9, -2);
    const expired = await said({ 'tls.crt': old.cert, 'tls.key': old.key });
    assert.match(expired, /the certificate in tls\.crt has expired on \d{4}-/);
    const early = signed('client', 2, 9);
    assert.match(await said({ 'tls.crt': early.cert, 'tls.key': early.key }), /tls\.crt is valid only from \d{4}-/);
    assert.match(
      await said({ 'tls.key': server.key }),
      /the key in tls\.key is not that of the certificate in tls\.crt/,
    );
    assert.match(await said({ 'tls.crt': 'nothing' }), /tls\.crt holds no certificate in PEM/);
    const foreign = makeCertificate('client', -1, 1, { signedBy: stranger });
    assert.match(
      await said({ 'tls.crt': foreign.cert, 'tls.key': foreign.key }),
      /etcd does not accept the certificate in tls\.crt: .*authority/,
    );
    const { stderr } = await runTelemetry(['log', 'stats', ...(await optionsWith()), '--etcd-cert', '/nowhere.crt']);
    assert.match(stderr, /\/nowhere\.crt cannot be read: ENOENT/);
  });

  it('is not believed without the authority of its certificate, and it is said what is wrong with that', async () => {
    assert.match(
      await said({ 'ca.crt': stranger.cert }),
      /etcd's certificate is not signed by the authority in ca\.crt/,
    );
    assert.match(
      await said({ 'ca.crt': null }),
      /etcd's certificate is signed by nobody whom this machine knows: --etcd-ca names its authority/,
    );
    assert.match(await said({ 'ca.crt': 'nothing' }), /ca\.crt holds no certificate in PEM/);
    assert.match(await said({ 'ca.crt': makeAuthority('old', -9, -2).cert }), /ca\.crt has expired on \d{4}-/);
    try {
      await etcd.present(signed('etcd', -9, -2));
      assert.match(await said({}), /etcd's certificate has expired on \d{4}-/);
      await etcd.present(signed('etcd', 2, 9));
      assert.match(await said({}), /etcd's certificate is valid only from \d{4}-/);
      await etcd.present(signed('etcd', -1, 1, 'etcd.example.com'));
      assert.match(await said({}), /etcd's certificate is not for 127\.0\.0\.1, but for etcd\.example\.com/);
    } finally {
      await etcd.present(server);
    }
  });

  it('is not asked in the clear by who has certificates, and says to others that it is not to be', async () => {
    const plain = etcd.endpoint.replace('https', 'http');
    const { code, stderr } = await runTelemetry(['log', 'stats', ...(await optionsWith()), '--etcd', plain]);
    assert.equal(code, 1);
    assert.match(stderr, /certificates are for https, and http:\/\/127\.0\.0\.1:\d+ is not/);
    if (!full) return; // it waits for three seconds that nothing is said
    const bare = await runTelemetry(['log', 'stats', '--etcd', plain]);
    assert.equal(bare.code, 1);
    assert.match(bare.stderr, /is it https\?/);
  });

  it('ends a role at its start whose certificate is not let in', async () => {
    const role = startTelemetry(['collect', ...(await optionsWith({ 'ca.crt': stranger.cert }))]);
    try {
      await eventually('it says so', () => role.stderr.includes("etcd's certificate is not signed by the authority"));
      assert.equal((await role.ended).code, 1);
    } finally {
      role.child.kill('SIGKILL');
    }
  });
});
