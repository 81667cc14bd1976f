import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:tls';
import { join } from 'node:path';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { makeCertificate } from '../support/made-certificate.js';
import { rawRequest, shakeHands } from '../query-api/support/handshake.js';
import { runTelemetry, startTelemetry } from '../support/telemetry.js';
import { useTempFolder } from '../support/temp-folder.js';

const [readToken, adminToken] = ['read-me-7d1f', 'change-me-93ac'];
const [first, second] = [makeCertificate('first'), makeCertificate('second')];

describe('telemetry serve, told who may ask', function () {
  this.timeout(240_000);
  const etcd = etcdForSuite();
  const folder = useTempFolder();
  const store = () => ['--etcd', etcd().endpoint, '--prefix', freshPrefix(), '--port', '0', '--log-level', 'trace'];
  const fileOf = async (name: string, text: string): Promise<string> => {
    const file = join(folder(), name);
    await writeFile(file, text);
    return file;
  };
  /** Whom it shows itself as to a client that trusts both certificates. */
  const shownName = (port: number): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', ca: [first.cert, second.cert] });
      socket.once('error', reject).once('secureConnect', () => {
        resolve(String(socket.getPeerCertificate().subject.CN));
        socket.destroy();
      });
    });

  it('takes tokens from a file, sites and limits from options, warns of what is open, and logs no secret', async () => {
    const gateway = startTelemetry(
      ['serve', ...store(), '--listen', '0.0.0.0', '--cors-origin', 'https://a.example', '--rate-limit', '20'],
      {
        TELEMETRY_READ_TOKEN_FILE: await fileOf('tokens', `${readToken}\nanother\n`),
        TELEMETRY_ADMIN_TOKEN: adminToken,
      },
    );
    const open = startTelemetry(['serve', ...store(), '--listen', '0.0.0.0']);
    try {
      const portOf = (running: typeof gateway) => /:\/\/0\.0\.0\.0:(\d+)/.exec(running.stdout + running.stderr)?.[1];
      await eventually('both listen', () => portOf(gateway) !== undefined && portOf(open) !== undefined);
      const origin = `http://127.0.0.1:${portOf(gateway)!}`;
      const ask = (headers: Record<string, string>, path = '/api/v1/gpus') => rawRequest(origin, path, headers);
      assert.equal((await ask({})).status, 401);
      assert.equal((await ask({}, `/api/v1/gpus?token=${readToken}`)).status, 401);
      assert.equal((await ask({ authorization: 'Bearer wrong-guess-11' })).status, 401);
      // There is no log yet, so what may be asked is not ready.
      for (const token of [readToken, 'another', adminToken])
        assert.equal((await ask({ authorization: `Bearer ${token}` })).status, 503);
      const authorization = `Bearer ${readToken}`;
      assert.equal((await shakeHands(origin, '/ws', { authorization, origin: 'https://a.example' })).status, 503);
      assert.equal((await shakeHands(origin, '/ws', { authorization, origin: 'https://b.example' })).status, 403);
      const many = await Promise.all(Array.from({ length: 60 }, () => ask({ authorization })));
      assert.ok(many.some(({ status }) => status === 429));
      assert.equal((await rawRequest(origin, '/livez')).status, 200);
      assert.match(open.stdout + open.stderr, /there is no read token: whoever reaches it may read everything/);
      const said = gateway.stdout + gateway.stderr;
      assert.doesNotMatch(said, /no read token|read-me-7d1f|change-me-93ac|wrong-guess-11/);
    } finally {
      for (const running of [gateway, open]) running.child.kill('SIGTERM');
      await Promise.all([gateway.ended, open.ended]);
    }
  });

  it('is asked by no name of others on loopback without a token, but for those that it is told', async () => {
    const gateway = startTelemetry(['serve', ...store(), '--allowed-host', 'gpus.example.com']);
    try {
      const port = () => /:\/\/127\.0\.0\.1:(\d+)/.exec(gateway.stdout + gateway.stderr)?.[1];
      await eventually('it listens', () => port() !== undefined);
      const status = async (host: string) =>
        (await rawRequest(`http://127.0.0.1:${port()!}`, '/livez', { host })).status;
      assert.deepEqual([await status('evil.example.com'), await status('gpus.example.com')], [421, 200]);
      assert.equal(await status(`localhost:${port()!}`), 200);
    } finally {
      gateway.child.kill('SIGTERM');
      await gateway.ended;
    }
  });

  it('takes new tokens as their files change, keeps the old ones where nothing usable comes, and logs none', async () => {
    const [read, admin] = [await fileOf('read', 'read-one-5e\n'), await fileOf('admin', 'admin-one-5e')];
    const gateway = startTelemetry(['serve', ...store()], {
      ...{ TELEMETRY_READ_TOKEN_FILE: read, TELEMETRY_ADMIN_TOKEN_FILE: admin },
    });
    const said = (): string => gateway.stdout + gateway.stderr;
    try {
      const port = () => /:\/\/127\.0\.0\.1:(\d+)/.exec(said())?.[1];
      await eventually('it listens', () => port() !== undefined);
      const status = async (token: string) => {
        const headers = { authorization: `Bearer ${token}` };
        return (await rawRequest(`http://127.0.0.1:${port()!}`, '/api/v1/gpus', headers)).status;
      };
      // There is no log yet, so who may ask is told that it is not ready.
      assert.deepEqual([await status('read-one-5e'), await status('admin-one-5e')], [503, 503]);
      await writeFile(read, '');
      await eventually('it says that the file is empty', () =>
        /the token that there is holds on: .*read is empty/.test(said()),
      );
      assert.equal(await status('read-one-5e'), 503);
      await writeFile(read, 'read-two-5e');
      await writeFile(admin, 'admin-two-5e');
      await eventually('the new ones hold', async () => (await status('read-two-5e')) === 503);
      await eventually('both', async () => (await status('admin-two-5e')) === 503);
      assert.deepEqual([await status('read-one-5e'), await status('admin-one-5e')], [401, 401]);
      assert.doesNotMatch(said(), /-(one|two)-5e/);
    } finally {
      gateway.child.kill('SIGTERM');
      await gateway.ended;
    }
  });

  it('serves https with a certificate of files, says which file is wrong, and takes new ones as they come', async () => {
    const [certFile, keyFile] = [await fileOf('tls.crt', first.cert), await fileOf('tls.key', first.key)];
    const wrong = async (...options: readonly string[]) => {
      const { code, stderr } = await runTelemetry(['serve', ...store(), ...options]);
      assert.equal(code, 1, stderr);
      return stderr;
    };
    const old = await fileOf('old.crt', makeCertificate('old', -9, -2).cert);
    assert.match(await wrong('--tls-cert', old, '--tls-key', keyFile), /the certificate in .*old\.crt has expired on/);
    assert.match(await wrong('--tls-cert', certFile, '--tls-key', old), /old\.crt holds no private key/);
    assert.match(await wrong('--tls-cert', certFile), /--tls-cert and --tls-key are given together/);

    const gateway = startTelemetry(['serve', ...store(), '--tls-cert', certFile, '--tls-key', keyFile]);
    try {
      const port = () => /https:\/\/127\.0\.0\.1:(\d+)/.exec(gateway.stdout + gateway.stderr)?.[1];
      await eventually('it listens', () => port() !== undefined);
      assert.equal(await shownName(Number(port())), 'first');
      await writeFile(certFile, 'half a certificate');
      await eventually('it says that the file is wrong', () =>
        /https goes on with the certificate that it has: .*tls\.crt holds no certificate/.test(
          gateway.stdout + gateway.stderr,
        ),
      );
      assert.equal(await shownName(Number(port())), 'first');
      await writeFile(certFile, second.cert);
      await writeFile(keyFile, second.key);
      await eventually('it shows the new one', async () => (await shownName(Number(port()))) === 'second');
    } finally {
      gateway.child.kill('SIGTERM');
      await gateway.ended;
    }
  });
});
