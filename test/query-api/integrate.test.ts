import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';
import { onSearchPath } from '../../infra/processes/search-path.js';
import { blocksIn } from '../support/markdown-blocks.js';
import { type RunningGateway, startGateway } from './support/running-gateway.js';
import { World } from './support/world.js';

const page = readFileSync(new URL('../../../query-api/INTEGRATE.md', import.meta.url), 'utf8');
const blocksOf = (language: string): readonly string[] => blocksIn(page, language);

const uuid = /GPU=(GPU-\S+)/.exec(page)![1]!;
const cluster = 'local-cluster';
const metrics = ['DCGM_FI_DEV_POWER_USAGE', 'DCGM_FI_DEV_GPU_TEMP'];

describe('the page on using the API from a program', function () {
  this.timeout(120_000);
  const world = new World();
  let gateway: RunningGateway;
  let folder: string;

  /** 150 GPUs, more than a page, each metric of each at a second. */
  const append = (second: number): void => {
    const at = new Date(Date.UTC(2025, 6, 18, 20, 42, second)).toISOString();
    const rows = Array.from({ length: 150 }, (_, g) => g).flatMap((g) =>
      metrics.map((metric, m) => ({
        ...{ at, metric, value: 50 + m + (g % 20), index: String(g % 8) },
        ...{
          uuid: g === 0 ? uuid : `GPU-${String(g)}`,
          host: `dgx-h100-${String(1 + Math.floor(g / 8)).padStart(3, '0')}`,
        },
      })),
    );
    world.append(rows, { cluster });
  };

  before(async () => {
    append(34);
    append(36);
    gateway = await startGateway(world);
    // Below this package, so that its libraries are found.
    folder = await mkdtemp(join(dirname(fileURLToPath(import.meta.url)), 'integrate-'));
  });
  after(async () => {
    await gateway.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const runs = async (tool: string, ...args: readonly string[]): Promise<string> => {
    const env = { ...process.env, GPUS: gateway.origin, GPU: uuid };
    const child = spawn(tool, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    assert.equal(child.exitCode, 0, `${args.join(' ')}\n${errors}${out}`);
    return out;
  };
  const runsAsTypeScript = async (name: string, program: string): Promise<string> => {
    const { code } = await transform(program, { loader: 'ts', format: 'esm' });
    await writeFile(join(folder, `${name}.mjs`), code);
    return runs(process.execPath, `${name}.mjs`);
  };
  const needs = (test: Mocha.Context, tool: string): void => {
    if (onSearchPath(tool, process.env) !== undefined) return;
    console.log(`      skipped: no ${tool} in ${(process.env['PATH'] ?? '').split(delimiter).length} folders`);
    test.skip();
  };

  it('shows requests that are answered', async function () {
    needs(this, 'curl');
    const [, requests] = blocksOf('sh');
    const commands = requests!.trim().split('\n');
    assert.ok(commands.length >= 8);
    for (const command of commands) {
      const answer = await runs('sh', '-c', command);
      if (command.includes(' -o ')) continue;
      const { data, errors } = JSON.parse(answer) as { data: unknown; errors?: unknown };
      assert.ok(data !== undefined && errors === undefined, `${command}\n${answer}`);
    }
  });

  it('walks all pages of a list', async () => {
    const [list] = blocksOf('ts');
    const lines = (await runsAsTypeScript('list', list!)).trim().split('\n');
    assert.equal(new Set(lines).size, 150);
  });

  it('subscribes to updates, of which each has a value', async () => {
    const [, live] = blocksOf('ts');
    let second = 37;
    const streaming = setInterval(() => append(second++), 200);
    try {
      const lines = (await runsAsTypeScript('live', live!)).trim().split('\n');
      assert.equal(lines.length, 10);
      for (const line of lines) assert.match(line, /^2025-07-18T\d\d:\d\d:\d\dZ GPU-\S+ \d+$/);
    } finally {
      clearInterval(streaming);
    }
  });

  it('asks from Python, with nothing installed', async function () {
    needs(this, 'python3');
    const [program] = blocksOf('python');
    await writeFile(join(folder, 'hottest.py'), program!);
    const lines = (await runs('python3', 'hottest.py')).trim().split('\n');
    assert.equal(lines.length, 19);
    for (const line of lines) assert.match(line, /^dgx-h100-0\d\d \d+(\.\d+)?$/);
  });
});
