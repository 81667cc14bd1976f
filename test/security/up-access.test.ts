import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { join, resolve } from 'node:path';
import { stopSystem } from '../../infra/supervisor/stop-system.js';
import { eventually } from '../support/eventually.js';
import { makeCertificate } from '../support/made-certificate.js';
import { runTelemetry, startTelemetry } from '../support/telemetry.js';
import { useTempFolder } from '../support/temp-folder.js';

const sample = resolve('data/dcgm_metrics_sample.csv');
const certificate = makeCertificate('localhost');

interface Up {
  readonly processes: readonly { readonly role: string; readonly pid: number }[];
  readonly gateways: readonly string[];
}

/** The variables of secrets that the processes of each role have. */
const expectedSecrets: Readonly<Record<string, readonly string[]>> = {
  etcd: [],
  streamer: [],
  collector: ['TELEMETRY_ETCD_MAINTENANCE_PASSWORD'],
  gateway: ['TELEMETRY_ADMIN_TOKEN_FILE', 'TELEMETRY_READ_TOKEN_FILE'],
};

describe('telemetry up, told who may ask', function () {
  this.timeout(240_000);
  const folder = useTempFolder();
  const data = (): string => join(folder(), 'data');
  const here = () => ['--data-dir', data()];
  const fileOf = async (name: string, text: string): Promise<string> => {
    const file = join(folder(), name);
    await writeFile(file, text);
    return file;
  };
  afterEach(() => stopSystem(data()));

  const ask = (url: string, path: string, headers: Record<string, string>) =>
    new Promise<{ status: number; headers: Record<string, unknown> }>((answer, reject) => {
      const options = { ca: certificate.cert, agent: false as const, servername: 'localhost', headers };
      get(`${url}${path}`, options, (response) => {
        response.resume();
        answer({ status: response.statusCode ?? 0, headers: response.headers });
      }).once('error', reject);
    });

  it('has every gateway ask for the tokens of its files, by https, for the sites and names that were listed', async () => {
    const [cert, key] = [await fileOf('tls.crt', certificate.cert), await fileOf('tls.key', certificate.key)];
    const [read, admin] = [await fileOf('read', 'reads-8b'), await fileOf('admin', 'changes-8b')];
    const environment = {
      TELEMETRY_READ_TOKEN_FILE: read,
      TELEMETRY_ADMIN_TOKEN_FILE: admin,
      TELEMETRY_ETCD_MAINTENANCE_PASSWORD: 'x',
    };
    const up = await runTelemetry(
      [
        ...['up', '--detach', '--json', '--gateways', '2', '--port', '0', '--source', sample, ...here()],
        ...['--loop', '--restamp', '--speed', '1x'],
        ...['--tls-cert', cert, '--tls-key', key, '--cors-origin', 'https://a.example'],
        ...['--allowed-host', 'gpus.example.com', '--disable-graphiql'],
      ],
      environment,
    );
    assert.equal(up.code, 0, up.stderr);
    const { gateways, processes } = JSON.parse(up.stdout) as Up;
    assert.equal(gateways.length, 2);
    for (const url of gateways) {
      assert.match(url, /^https:/);
      const as = (token: string, more: Record<string, string> = {}) =>
        ask(url, '/api/v1/gpus', { authorization: `Bearer ${token}`, ...more });
      assert.equal((await ask(url, '/api/v1/gpus', {})).status, 401);
      assert.equal((await as('changes-8b')).status, 200);
      const { status, headers } = await as('reads-8b', { origin: 'https://a.example', host: 'gpus.example.com' });
      assert.deepEqual([status, headers['access-control-allow-origin']], [200, 'https://a.example']);
      assert.equal((await as('reads-8b', { host: 'evil.example.com' })).status, 421);
      const page = await ask(url, '/graphql', { authorization: 'Bearer reads-8b', accept: 'text/html' });
      assert.notEqual(page.status, 200);
    }
    // The tokens are no business of the others, nor is the user who defragments that of gateways.
    for (const { role, pid } of process.platform === 'linux' ? processes : []) {
      const known = (await readFile(`/proc/${String(pid)}/environ`, 'utf8'))
        .split('\0')
        .map((one) => one.split('=')[0]!);
      const secrets = known.filter((name) => /TOKEN|PASSWORD/.test(name) && name.startsWith('TELEMETRY_')).sort();
      assert.deepEqual([role, secrets], [role, expectedSecrets[role]]);
    }
    await writeFile(read, 'reads-9b');
    for (const url of gateways)
      await eventually('a new token holds', async () => {
        const { status } = await ask(url, '/api/v1/gpus', { authorization: 'Bearer reads-9b' });
        return status === 200;
      });
  });

  it('says before it starts anything that https cannot be served, or a token not be used', async () => {
    const [key, old] = [await fileOf('tls.key', certificate.key), makeCertificate('old', -9, -2)];
    const expired = await fileOf('old.crt', old.cert);
    await mkdir(data());
    for (const [options, message] of [
      [['--tls-key', key], /telemetry up: --tls-cert and --tls-key are given together/],
      [['--tls-cert', expired, '--tls-key', key], /telemetry up: https cannot be served: .*old\.crt has expired/],
    ] as const) {
      const { code, stderr } = await runTelemetry(['up', ...options, ...here()]);
      assert.equal(code, 1, stderr);
      assert.match(stderr, message);
    }
    const bad = { TELEMETRY_READ_TOKEN: 'with a blank', TELEMETRY_ADMIN_TOKEN_FILE: join(folder(), 'nowhere') };
    const { code, stderr } = await runTelemetry(['up', '--cors-origin', 'a.example', ...here()], bad);
    assert.equal(code, 2);
    for (const name of ['--cors-origin', 'TELEMETRY_READ_TOKEN', 'TELEMETRY_ADMIN_TOKEN_FILE'])
      assert.ok(stderr.includes(name), stderr);
    assert.ok(!stderr.includes('with a blank'));
  });

  it('warns whom it opens to others without a read token, and tells of tokens in its help', async () => {
    const system = startTelemetry(['up', '--listen', '0.0.0.0', '--etcd', 'http://127.0.0.1:1', ...here()]);
    const { stderr } = await system.ended;
    assert.match(stderr, /0\.0\.0\.0 is reached from elsewhere, and there is no read token/);
    const { stdout } = await runTelemetry(['up', '--help']);
    for (const word of ['--tls-cert', '--allowed-host', '--cors-origin', '--rate-limit', 'TELEMETRY_READ_TOKEN_FILE'])
      assert.ok(stdout.includes(word), word);
  });
});
