import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { type Etcd3 } from 'etcd3';
import { beginning, next } from '../../domain/revision.js';
import { createClient, type EtcdAddress, type EtcdTls } from '../../infra/etcd/client.js';
import { follow } from '../../infra/etcd/follow.js';
import { keysIn } from '../../infra/etcd/key-path.js';
import { EtcdError } from '../../infra/etcd/persistently.js';
import { headKey, headRevision } from '../../infra/etcd/range.js';
import { transact } from '../../infra/etcd/transaction.js';
import { startTestEtcd, type TestEtcd } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { type Authority, makeAuthority, makeCertificate } from '../support/made-certificate.js';
import { never } from '../support/never.js';
import { startSecureEtcd } from '../support/secure-etcd.js';
import { useTempFolder } from '../support/temp-folder.js';

const user = { username: 'root', password: 'not-a-real-password' };

const asksForUsers = async ({ endpoints, tls }: Pick<EtcdAddress, 'endpoints' | 'tls'>): Promise<void> => {
  const anybody = createClient({ endpoints, ...(tls && { tls }) });
  await anybody.auth.roleAdd({ name: 'root' });
  await anybody.auth.userAdd({ name: user.username, password: user.password });
  await anybody.auth.userGrantRole({ user: user.username, role: 'root' });
  await anybody.auth.authEnable();
  anybody.close();
};

describe('an etcd that users sign on to', () => {
  const folder = useTempFolder();
  let etcd: TestEtcd | undefined;
  const clients: Etcd3[] = [];
  const signedOn = (): Etcd3 => {
    const client = createClient({ endpoints: etcd!.endpoints, user });
    clients.push(client);
    return client;
  };
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await etcd?.stop();
    etcd = undefined;
  });

  const put = (client: Etcd3) =>
    transact(client, { compares: [], operations: [{ kind: 'put', key: '/seen/a', value: Buffer.from('') }] });
  /** Tokens that hold what they are of, as they were signed: etcd refuses those of before a change of users or roles. */
  const withSignedTokens = async (): Promise<void> => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const [open, secret] = [join(folder(), 'open.pem'), join(folder(), 'secret.pem')];
    await writeFile(open, publicKey.export({ type: 'spki', format: 'pem' }));
    await writeFile(secret, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const token = `jwt,pub-key=${open},priv-key=${secret},sign-method=RS256,ttl=1h`;
    etcd = await startTestEtcd({ flags: [`--auth-token=${token}`] });
    await asksForUsers(etcd);
  };

  it('L8, P5: is written to, read and followed on when its users or roles have changed meanwhile', async () => {
    await withSignedTokens();
    const [operator, client] = [signedOn(), signedOn()];
    assert.equal((await put(client)).kind, 'done');
    for (let change = 0; change < 3; change++) {
      await operator.auth.roleAdd({ name: `another ${String(change)}` });
      assert.equal((await put(client)).kind, 'done');
      await operator.auth.userAdd({ name: `another ${String(change)}`, password: 'x' });
      const head = await headRevision(client, never);
      await operator.auth.userGrantRole({ user: `another ${String(change)}`, role: `another ${String(change)}` });
      const stopping = new AbortController();
      const following = follow(client, keysIn('/seen/'), next(head), stopping.signal);
      assert.equal((await following.next()).done, false);
      stopping.abort();
      await following.return();
    }
  });

  it('P5: is followed on when users or roles change between the sign-on and the watch', async () => {
    await withSignedTokens();
    const [operator, client] = [signedOn(), signedOn()];
    assert.equal((await put(client)).kind, 'done');
    const watch = client.watchClient.watch.bind(client.watchClient);
    let watches = 0;
    client.watchClient.watch = async (options) => {
      if (watches++ === 0) await operator.auth.roleAdd({ name: 'another' });
      return watch(options);
    };
    const stopping = new AbortController();
    const following = follow(client, keysIn('/seen/'), beginning, stopping.signal);
    const heard = await following.next();
    assert.equal(heard.value?.kind, 'quiet');
    assert.equal(watches, 2);
    stopping.abort();
    await following.return();
  });

  it('P5: says so when following is not permitted', async () => {
    etcd = await startTestEtcd();
    await asksForUsers(etcd);
    const operator = signedOn();
    await operator.auth.userAdd({ name: 'somebody', password: 'x' });
    await operator.auth.roleAdd({ name: 'somebody' });
    await operator.auth.userGrantRole({ user: 'somebody', role: 'somebody' });
    const perm = { permType: 'Read', key: Buffer.from(headKey), range_end: Buffer.alloc(0) } as const;
    await operator.auth.roleGrantPermission({ name: 'somebody', perm });
    const client = createClient({ endpoints: etcd.endpoints, user: { username: 'somebody', password: 'x' } });
    clients.push(client);
    const following = follow(client, keysIn('/seen/'), beginning, never);
    await assert.rejects(following.next(), (error: Error) => {
      assert.ok(error instanceof EtcdError);
      assert.match(error.message, /permission denied/);
      return true;
    });
  });

  it('L8: is signed on to with the certificates that there are by then', async () => {
    const [first, second] = [makeAuthority('first'), makeAuthority('second')];
    const signedBy = (authority: Authority, name: string) => makeCertificate(name, -1, 1, { signedBy: authority });
    const known = (authority: Authority): EtcdTls => {
      const { cert, key } = signedBy(authority, 'process');
      const [rootCertificate, certChain, privateKey] = [authority.cert, cert, key].map((text) => Buffer.from(text));
      return { rootCertificate: rootCertificate!, certChain: certChain!, privateKey: privateKey! };
    };
    const secure = await startSecureEtcd(signedBy(first, 'etcd'), [first]);
    try {
      const endpoints = [secure.endpoint];
      let tls = known(first);
      await asksForUsers({ endpoints, tls });
      const client = createClient({ endpoints, tls: () => tls, user });
      clients.push(client);
      assert.equal((await put(client)).kind, 'done');
      tls = known(second);
      await secure.present(signedBy(second, 'etcd'));
      await secure.restart([second]);
      await eventually('it is written to again', async () => (await put(client)).kind === 'done');
    } finally {
      await secure.stop();
    }
  });

  it('on this machine is signed on to without the proxy that the environment names', async () => {
    etcd = await startTestEtcd();
    await asksForUsers(etcd);
    let asked = 0;
    const proxy = createServer((socket) => {
      asked++;
      socket.destroy();
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const before = process.env['http_proxy'];
    process.env['http_proxy'] = `http://127.0.0.1:${String((proxy.address() as AddressInfo).port)}`;
    try {
      assert.equal((await put(signedOn())).kind, 'done');
      assert.equal(asked, 0);
    } finally {
      if (before === undefined) delete process.env['http_proxy'];
      else process.env['http_proxy'] = before;
      proxy.close();
    }
  });
});
