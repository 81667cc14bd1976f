import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { useTempFolder } from '../support/temp-folder.js';

const path = new URL('../../../deploy/helm/gpu-telemetry/files/fetch-source.mjs', import.meta.url);
const script = readFileSync(path, 'utf8');
const body = randomBytes(1 << 20);
const sha256 = createHash('sha256').update(body).digest('hex');

describe('what fetches a source from a URL', () => {
  const folder = useTempFolder();
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  const fetched = async (answer: RequestListener, environment: NodeJS.ProcessEnv = {}) => {
    server = createServer(answer).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/export.csv.gz`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      env: { PATH: process.env['PATH'], SOURCE_URL: url, SOURCE_FILE: join(folder(), 'export.csv.gz'), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, said, files: await readdir(folder()) };
  };

  it('has it whole, and says its hash', async () => {
    const { code, said, files } = await fetched((_, response) => response.end(body), { SOURCE_SHA256: sha256 });
    assert.equal(code, 0, said);
    assert.deepEqual(files, ['export.csv.gz']);
    assert.ok(body.equals(await readFile(join(folder(), 'export.csv.gz'))));
    assert.ok(said.includes(sha256));
  });

  it('sends what it was given to be let in, and never says it', async () => {
    const door: RequestListener = ({ headers }, response) => {
      response.statusCode = headers.authorization === 'Bearer not a real one' ? 200 : 401;
      response.end(body);
    };
    const secret = { SOURCE_AUTHORIZATION: 'Bearer not a real one' };
    const { code, said } = await fetched(door, secret);
    assert.equal(code, 0, said);
    assert.ok(!said.includes('not a real one'));
    server?.close();
    const without = await fetched(door);
    assert.equal(without.code, 1);
    assert.match(without.said, /answered 401/);
  });

  it('leaves nothing behind when it is not what was expected, or breaks off', async () => {
    const other = await fetched((_, response) => response.end(body), { SOURCE_SHA256: '0'.repeat(64) });
    assert.deepEqual([other.code, other.files], [1, []]);
    assert.match(other.said, /has the SHA-256/);
    server?.close();
    const broken = await fetched((_, response) => {
      response.writeHead(200, { 'content-length': String(body.length) });
      response.write(body.subarray(0, 1000), () => response.destroy());
    });
    assert.deepEqual([broken.code, broken.files], [1, []]);
  });
});
