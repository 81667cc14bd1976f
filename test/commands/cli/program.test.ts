import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { isHealthy } from '../../../infra/etcd-server/health.js';
import { eventually } from '../../support/eventually.js';
import { makePipe, openForReader } from '../../support/named-pipe.js';
import { program, runProcess, startTelemetry } from '../../support/telemetry.js';

describe('the program', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'program-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('lists its commands for --help, and states its version', async () => {
    const help = await runProcess(['--help']);
    assert.equal(help.code, 0);
    assert.match(help.stdout, /^ {2}doctor +what this machine has and lacks/m);
    const stated = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    assert.equal((await runProcess(['--version'])).stdout, `${stated.version}\n`);
  });

  it('answers bad usage with a sentence and exit code 2', async () => {
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [[], /Usage: telemetry COMMAND/],
      [['fly'], /telemetry: unknown command fly\. Commands: .*doctor/],
      [['--fly'], /telemetry: unknown option --fly/],
      [['toString'], /unknown command toString/],
      [['doctor', '--fly'], /telemetry doctor: unknown option '--fly'/],
      [['doctor', 'me'], /telemetry doctor: too many arguments/],
      [['etcd', '--etcd-quota', 'much'], /--etcd-quota \(TELEMETRY_ETCD_QUOTA\) was "much"; accepted: a size like/],
    ];
    for (const [args, message] of cases) {
      const { code, stdout, stderr } = await runProcess(args);
      assert.deepEqual([code, stdout], [2, ''], args.join(' '));
      assert.match(stderr, message);
    }
  });

  it('does not end over a line for people that a full disk does not take, but over a result', async function () {
    // Every write to it fails as on a disk that is full.
    if (!existsSync('/dev/full')) this.skip();
    const full = openSync('/dev/full', 'a');
    const codeOf = async (args: readonly string[], stdio: ('ignore' | number)[]): Promise<unknown> =>
      (await once(spawn(process.execPath, [program, ...args], { stdio }), 'exit'))[0];
    try {
      assert.equal(await codeOf(['fly'], ['ignore', 'ignore', full]), 2);
      const child = spawn(process.execPath, [program, '--version'], { stdio: ['ignore', full, 'pipe'] });
      const said = text(child.stderr!);
      assert.deepEqual(await once(child, 'exit'), [1, null]);
      assert.equal(
        await said,
        'telemetry --version: the output cannot be written: ENOSPC: no space left on device, write\n',
      );
    } finally {
      closeSync(full);
    }
  });

  it('says that its output did not fit, where a part of it did', async () => {
    const output = join(folder, 'output');
    const script = `ulimit -f 1; exec ${process.execPath} ${program} --help > ${output}`;
    const child = spawn('sh', ['-c', script], { stdio: ['ignore', 'ignore', 'pipe'] });
    const said = text(child.stderr);
    const [code] = (await once(child, 'exit')) as [number];
    assert.match(await said, /^telemetry --help: the output cannot be written: EFBIG: file too large, write$/m);
    assert.equal(code, 1);
    assert.match(await readFile(output, 'utf8'), /^Usage: telemetry COMMAND/);
  });

  it('keeps what a slow reader of its output, as a pager, has not taken yet', async () => {
    const lines = Array.from({ length: 2_000 }, (_, n) => `${String(n)} ${'.'.repeat(100)}`);
    await mkdir(join(folder, 'logs'));
    await writeFile(join(folder, 'logs', 'one.log'), `${lines.join('\n')}\n`);
    const gate = join(folder, 'gate');
    makePipe(gate);
    const logs = `${process.execPath} ${program} logs one --lines 2000 --data-dir ${folder}`;
    const child = spawn('sh', ['-c', `${logs} | { read go < ${gate}; cat; }`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const shown = text(child.stdout);
    const reader = await openForReader(gate);
    // Longer than a process waits for what its command left open.
    await pause(2_000);
    await reader.close();
    assert.equal(await shown, `${lines.join('\n')}\n`);
  });

  it('says with doctor what is there and what mends the rest', async () => {
    const good = await runProcess(['doctor', '--json', '--data-dir', folder]);
    const { ok, checks } = JSON.parse(good.stdout) as { ok: boolean; checks: { name: string; state: string }[] };
    assert.deepEqual([good.code, ok], [0, true]);
    assert.deepEqual(
      checks.filter(({ name }) => !name.startsWith('port')).map(({ name }) => name),
      ['node', 'etcd', 'data folder', 'machine'],
    );
    const bad = await runProcess(['doctor', '--data-dir', folder], { TELEMETRY_ETCD_BIN: join(folder, 'none') });
    assert.equal(bad.code, 1);
    assert.match(bad.stdout, /LACKS +etcd +.*none does not exist\n +→ .*TELEMETRY_ETCD_BIN/);
  });

  it('runs the embedded etcd until it is asked to stop', async () => {
    const etcd = startTelemetry(['etcd', '--data-dir', folder]);
    try {
      await eventually('etcd is announced', () => etcd.stdout.includes(' at http://'));
      const endpoint = /at (http:\S+)/.exec(etcd.stdout)![1]!;
      assert.ok(await isHealthy(endpoint));
      const second = await runProcess(['etcd', '--data-dir', folder]);
      assert.equal(second.code, 1);
      assert.match(second.stderr, /is locked by another etcd/);
      const purge = await runProcess(['down', '--purge', '--data-dir', folder]);
      assert.equal(purge.code, 1);
      assert.match(purge.stderr, /An etcd runs on .* \(process \d+\)\. Stop it first: nothing is removed\./);
      assert.ok(await isHealthy(endpoint));
      etcd.child.kill('SIGTERM');
      assert.equal((await etcd.ended).code, 0);
      assert.ok(!(await isHealthy(endpoint)));
      assert.equal((await runProcess(['down', '--purge', '--data-dir', folder])).code, 0);
      assert.ok(!existsSync(folder));
    } finally {
      etcd.child.kill('SIGKILL');
    }
  });

  it('ends by force though what it reads never comes', async () => {
    const pipe = join(folder, 'certificate.pipe');
    makePipe(pipe);
    const gateway = startTelemetry(['serve', '--port', '0', '--tls-cert', pipe, '--tls-key', pipe]);
    const writer = await openForReader(pipe);
    try {
      gateway.child.kill('SIGINT');
      gateway.child.kill('SIGTERM');
      assert.match((await gateway.ended).stderr, /telemetry serve: stopped by force \(SIG(INT|TERM)\)/);
    } finally {
      gateway.child.kill('SIGKILL');
      await writer.close();
    }
  });
});
