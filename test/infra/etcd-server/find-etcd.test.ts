import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { basename, join } from 'node:path';
import { type Acquisition } from '../../../infra/etcd-server/acquisition.js';
import { cacheFolders } from '../../../infra/etcd-server/cache-folder.js';
import { findEtcd } from '../../../infra/etcd-server/find-etcd.js';
import { getByRelease } from '../../../infra/etcd-server/get-by-release.js';
import { runCommand } from '../../../infra/processes/run-command.js';
import { testEtcdBinary } from '../../support/etcd.js';

const script = (version: string): string => `#!/bin/sh\necho "etcd Version: ${version}"\n`;

describe('finding an etcd', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'find-etcd-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const program = async (version: string, ...path: string[]): Promise<string> => {
    const file = join(folder, ...path, 'etcd');
    await mkdir(join(folder, ...path), { recursive: true });
    await writeFile(file, script(version), { mode: 0o755 });
    return file;
  };
  const surroundings = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
    PATH: join(folder, 'path'),
    HOME: join(folder, 'home'),
    ...more,
  });
  const writes = (version: string, count: { times: number }): Acquisition => ({
    from: 'release',
    get: async (into) => {
      count.times++;
      await new Promise((resolve) => setTimeout(resolve, 50));
      await writeFile(join(into, 'got'), script(version), { mode: 0o755 });
      return { path: join(into, 'got') };
    },
  });

  it('takes the given binary before the one on the search path', async () => {
    await program('3.4.9', 'path');
    const given = await program('3.5.1', 'mine');
    const found = await findEtcd({ environment: surroundings({ TELEMETRY_ETCD_BIN: given }) });
    assert.deepEqual(found, {
      found: true,
      binary: { path: given, version: { major: 3, minor: 5, patch: 1 }, from: 'given' },
    });
  });

  it('refuses a given binary that is too old, absent or no etcd, saying which and what to do', async () => {
    const old = await program('3.3.27', 'old');
    const text = join(folder, 'text');
    await writeFile(text, 'no program', { mode: 0o755 });
    for (const [given, reason] of [
      [old, /old\/etcd is etcd 3\.3\.27, and at least 3\.4 is needed/],
      [join(folder, 'absent'), /absent does not exist/],
      [folder, /is not a file/],
      [text, /text cannot be run as etcd on this machine/],
    ] as const) {
      const found = await findEtcd({ environment: surroundings(), given });
      assert(!found.found);
      assert.match(found.reasons.join(), reason);
      assert.match(found.advice, /TELEMETRY_ETCD_BIN/);
    }
  });

  it('passes over an old one on the search path and keeps what it gets for the next time', async () => {
    await program('3.2.0', 'path');
    const count = { times: 0 };
    const search = { environment: surroundings(), ways: [writes('3.5.7', count)] };
    const first = await findEtcd(search);
    const second = await findEtcd(search);
    assert(first.found && second.found);
    assert.equal(first.binary.from, 'release');
    assert.equal(second.binary.from, 'cache');
    assert.equal(first.binary.path, second.binary.path);
    assert.match(first.binary.path, /home\/\.cache\/gpu-telemetry\/etcd-/);
    assert.equal(count.times, 1);
  });

  it('lets ten finders at once get one etcd, and leaves nothing beside it', async () => {
    const count = { times: 0 };
    const search = {
      environment: surroundings({ XDG_CACHE_HOME: join(folder, 'xdg') }),
      ways: [writes('3.5.7', count)],
    };
    const all = await Promise.all(Array.from({ length: 10 }, () => findEtcd(search)));
    assert(all.every((found) => found.found));
    assert.equal(count.times, 1);
    assert.equal((await readdir(join(folder, 'xdg', 'gpu-telemetry'))).length, 1);
  });

  it('keeps etcd in the data folder where the home cannot be written', async () => {
    await writeFile(join(folder, 'home'), 'a file stands where the home folder should be');
    const search = {
      environment: surroundings(),
      dataDir: join(folder, 'data'),
      ways: [writes('3.4.0', { times: 0 })],
    };
    const found = await findEtcd(search);
    assert(found.found);
    assert.match(found.binary.path, /data\/cache\/etcd-/);
  });

  it('keeps etcd in the home that the system knows of the user where HOME is empty', () => {
    const folders = cacheFolders({ PATH: '', HOME: '' }, '/data');
    assert.deepEqual(folders.slice(0, 2), [join(userInfo().homedir, '.cache', 'gpu-telemetry'), '/data/cache']);
  });

  it('goes on to the next way when one is closed, and names them all when none is left', async () => {
    const closed: Acquisition = { from: 'apt', get: async () => ({ reason: 'this system has no apt' }) };
    const open = writes('3.5.0', { times: 0 });
    const old = writes('3.3.0', { times: 0 });
    const environment = surroundings();
    const none = await findEtcd({ environment, ways: [closed, old] });
    assert(!none.found);
    assert.deepEqual(none.reasons, [
      'this system has no apt',
      'the etcd from release is etcd 3.3.0, and at least 3.4 is needed',
    ]);
    assert.match(none.advice, /^Install etcd with: /);
    assert.ok((await findEtcd({ environment, ways: [closed, open] })).found);
  });

  it('waits for no lock of a dead process', async () => {
    const cache = join(folder, 'home', '.cache', 'gpu-telemetry');
    await mkdir(cache, { recursive: true });
    const dead = await runCommand('/bin/sh', ['-c', 'echo $$'], { withinMs: 5_000 });
    await writeFile(join(cache, `etcd-${process.platform}-${process.arch}.lock`), dead.stdout.trim());
    const found = await findEtcd({ environment: surroundings(), ways: [writes('3.5.0', { times: 0 })] });
    assert.ok(found.found);
  });

  describe('on a release page', () => {
    let page: Server;
    let root: string;
    beforeEach(async () => {
      root = join(folder, 'page');
      await mkdir(root);
      page = createServer((request, response) => {
        readFile(join(root, basename(request.url ?? ''))).then(
          (bytes) => response.end(bytes),
          () => response.writeHead(404).end(),
        );
      });
      await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
    });
    afterEach(() => new Promise((resolve) => page.close(resolve)));

    const address = (): string => `http://127.0.0.1:${String((page.address() as AddressInfo).port)}/mirror/`;
    const asked = async (): Promise<string> => {
      const names: string[] = [];
      page.on('request', (request) => names.push(basename(request.url ?? '')));
      await writeFile(join(root, 'SHA256SUMS'), '');
      await findEtcd({ environment: environment(), ways: [getByRelease(environment())] });
      return names.find((name) => name !== 'SHA256SUMS') ?? '';
    };
    const environment = (): NodeJS.ProcessEnv =>
      surroundings({ TELEMETRY_ETCD_MIRROR: address(), PATH: `${join(folder, 'path')}:${process.env['PATH'] ?? ''}` });

    const publish = async (name: string): Promise<void> => {
      const inside = name.replace(/\.(tar\.gz|zip)$/, '');
      await mkdir(join(folder, inside));
      await copyFile(await testEtcdBinary(), join(folder, inside, 'etcd'));
      const end = await runCommand('tar', ['-cf', join(root, name), '-C', folder, inside], { withinMs: 60_000 });
      assert.equal(end.code, 0, end.stderr);
    };

    it('takes a real etcd whose checksum is the published one, and no other', async () => {
      const name = await asked();
      assert.match(name, /^etcd-v3\.\d+\.\d+-/);
      await publish(name);
      const sum = createHash('sha256')
        .update(await readFile(join(root, name)))
        .digest('hex');
      const ways = [getByRelease(environment())];
      // A search path with a shell's tools only: the machine's own etcd must not answer.
      const tools = join(folder, 'path');
      await mkdir(tools, { recursive: true });
      const search = { environment: surroundings({ PATH: tools }), ways };

      await writeFile(join(root, 'SHA256SUMS'), `${'0'.repeat(64)}  ${name}\n`);
      const refused = await findEtcd(search);
      assert(!refused.found);
      assert.match(refused.reasons.join(), new RegExp(`has SHA-256 ${sum}, published is 0{64}`));

      await writeFile(join(root, 'SHA256SUMS'), `${'1'.repeat(64)}  other.tar.gz\n${sum}  ${name}\n`);
      const found = await findEtcd(search);
      assert(found.found);
      assert.equal(found.binary.from, 'release');
    });

    it('says which address failed', async () => {
      const tools = join(folder, 'path');
      await mkdir(tools);
      await symlink('/bin/sh', join(tools, 'sh'));
      const found = await findEtcd({ environment: surroundings(), ways: [getByRelease(environment())] });
      assert(!found.found);
      assert.match(found.reasons.join(), /127\.0\.0\.1:\d+\/mirror\/v3\.\d+\.\d+\/SHA256SUMS/);
    });
  });
});
