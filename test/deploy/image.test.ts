import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../infra/processes/free-port.js';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { type BuiltStage, buildStage, programOf, unprivileged } from './support/built-image.js';
import { parseDockerfile } from './support/dockerfile.js';
import { full } from '../support/full-counts.js';

const context = fileURLToPath(new URL('../../../', import.meta.url));
const stages = parseDockerfile(readFileSync(join(context, 'deploy/docker/Dockerfile'), 'utf8'));
const last = stages.at(-1)!;

/** With full counts every stage by its own steps; else what they come to is taken from where this test runs. */
const earlierStages = async (root: string): Promise<Readonly<Record<string, BuiltStage>>> => {
  if (full) {
    const made: Record<string, BuiltStage> = {};
    for (const stage of stages.slice(0, -1)) made[stage.name] = await buildStage(stage, { context, root, made });
    return made;
  }
  const folder = join(root, 'made');
  await mkdir(folder);
  const tests = join(context, 'dist', 'test');
  await cp(join(context, 'dist'), join(folder, 'dist'), { recursive: true, filter: (from) => from !== tests });
  const script = join(context, 'deploy/docker/shipped-packages.mjs');
  const { status, stderr } = spawnSync(process.execPath, [script, join(folder, 'shipped')], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return { build: { folder }, dependencies: { folder } };
};

describe('the image, built and run without an engine', function () {
  this.timeout(900_000);
  const etcd = etcdForSuite();
  const running: (() => Promise<void>)[] = [];
  let root = '';
  let folder = '';

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'gpu-telemetry-image-'));
    await chmod(root, 0o755);
    ({ folder } = await buildStage(last, { context, root, made: await earlierStages(root) }));
  });
  afterEach(async () => {
    for (const stop of running.splice(0)) await stop();
  });
  after(() => rm(root, { recursive: true, force: true }));

  const program = programOf(last);
  const surroundings = (more: Readonly<Record<string, string>>) => ({
    ...{ PATH: process.env['PATH'], HOME: '/nonexistent', ...program.environment },
    ...{ TELEMETRY_LISTEN: '127.0.0.1', TELEMETRY_METRICS_LISTEN: '127.0.0.1', TELEMETRY_LOG_LEVEL: 'warn', ...more },
  });
  const start = (words: readonly string[], more: Readonly<Record<string, string>>) => {
    const child = spawn(words[0]!, words.slice(1), {
      ...{ cwd: folder, ...unprivileged, env: surroundings(more) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
    const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, said }));
    running.push(async () => {
      child.kill('SIGKILL');
      await ended;
    });
    return { child, ended };
  };
  const role = (args: readonly string[], more: Readonly<Record<string, string>>) =>
    start([...program.entrypoint, ...args], more);
  const health = async (more: Readonly<Record<string, string>>) => (await start(program.healthcheck, more).ended).code;

  it('streams its sample, folds it and serves it, as a user who can write nothing', async () => {
    const writing = [process.execPath, '-e', 'require("node:fs").writeFileSync("anything", "")'];
    if (unprivileged.uid !== undefined) assert.notEqual((await start(writing, {}).ended).code, 0);
    const content = await readdir(folder);
    const ports = [await freePort(), await freePort()].map(String);
    const store = { TELEMETRY_ETCD: etcd().endpoint, TELEMETRY_PREFIX: freshPrefix() };
    const collector = { ...store, TELEMETRY_METRICS_PORT: ports[0]! };
    const gateway = { ...store, TELEMETRY_PORT: ports[1]! };

    const streamed = await role(['stream', 'data/dcgm_metrics_sample.csv'], { ...store, TELEMETRY_METRICS_PORT: '0' })
      .ended;
    assert.equal(streamed.code, 0, streamed.said);
    assert.match(streamed.said, /2470 rows/);
    const roles = [role(['collect'], collector), role(['serve'], gateway)];
    await eventually('both are healthy', async () => (await health(collector)) === 0 && (await health(gateway)) === 0);
    const get = async (port: string, path: string) => fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined);
    for (const port of ports) await eventually('ready', async () => (await get(port, '/readyz'))?.status === 200);
    await eventually('all is folded', async () => {
      const answer = (await (await get(ports[1]!, '/api/v1/gpus?limit=1'))?.json()) as { total: number };
      return answer.total === 247;
    });
    const origin = `http://127.0.0.1:${ports[1]!}`;
    for (const path of ['/', '/swagger/', '/graphql']) {
      const page = await fetch(`${origin}${path}`, { headers: { accept: 'text/html' } });
      assert.equal(page.status, 200, path);
      const links = [...(await page.text()).matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, link]) => link!);
      assert.ok(links.length > 1, path);
      for (const link of links) {
        const file = await fetch(new URL(link, `${origin}${path}`));
        assert.equal(file.status, 200, `${path}: ${link}`);
        await file.body?.cancel();
      }
    }
    for (const { child, ended } of roles) {
      child.kill('SIGTERM');
      const { code, said } = await ended;
      assert.equal(code, 0, said);
    }
    assert.equal(await health({ ...gateway, TELEMETRY_METRICS_PORT: ports[0]! }), 1);
    assert.deepEqual(await readdir(folder), content);
  });

  it('has of every package what tells its name, version and licence, and else what is read as a file', async () => {
    const packages = join(folder, 'node_modules');
    const lock = JSON.parse(readFileSync(join(context, 'package-lock.json'), 'utf8')) as {
      packages: Readonly<Record<string, { readonly version: string; readonly dev?: boolean }>>;
    };
    const shipped = Object.entries(lock.packages).filter(([name, { dev }]) => name !== '' && !dev);
    assert.ok(shipped.length > 100);
    for (const [name, { version }] of shipped) {
      const manifest = readFileSync(join(folder, name, 'package.json'), 'utf8');
      assert.equal((JSON.parse(manifest) as { version: string }).version, version, name);
    }
    const files = (await readdir(packages, { recursive: true, withFileTypes: true })).filter((one) => one.isFile());
    const sizes = await Promise.all(files.map(async (one) => (await stat(join(one.parentPath, one.name))).size));
    const megabytes = sizes.reduce((sum, size) => sum + size, 0) / 2 ** 20;
    console.log(`      ${megabytes.toFixed(1)} MiB of packages in ${String(files.length)} files`);
    assert.ok(megabytes < 10);
    assert.ok(files.some(({ parentPath, name }) => parentPath.endsWith('node_modules/koa') && name === 'LICENSE'));
  });
});
