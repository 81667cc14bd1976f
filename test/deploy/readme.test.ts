import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { eventually } from '../support/eventually.js';
import { full } from '../support/full-counts.js';
import { blocksIn } from '../support/markdown-blocks.js';
import { runTelemetry, startTelemetry } from '../support/telemetry.js';

const root = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const { scripts } = JSON.parse(read('package.json')) as { scripts: Readonly<Record<string, string>> };

const lines = ['README.md', 'CONTRIBUTING.md']
  .flatMap((path) => blocksIn(read(path), 'sh'))
  .flatMap((block) => block.trim().split('\n'))
  .map((line) => line.split(/\s+# /)[0]!.trim());

/** `log stats | read | verify` is three commands. */
const alternatives = (words: readonly string[]): readonly (readonly string[])[] => {
  const at = words.indexOf('|');
  if (at === -1) return [words];
  const last = words.slice(at - 1).filter((word) => word !== '|');
  return last.map((word) => [...words.slice(0, at - 1), word]);
};

const commands = lines
  .filter((line) => line.startsWith('telemetry '))
  .flatMap((line) => alternatives(line.split(' ').slice(1)));
const asked = lines.filter((line) => /^(curl|open) /.test(line));

/** What more than a running system is needed for, by the beginning of a command. */
const needs: Readonly<Record<string, string>> = {
  'log quarantine': 'a damaged segment',
  'log recover': 'an etcd that was restored',
  'projections cancel': 'a build that is under way',
  'projections reset gpu --from-archive': 'collectors that were given the archive',
};
const needed = (words: readonly string[]): string | undefined =>
  Object.entries(needs).find(([begin]) => words.join(' ').startsWith(begin))?.[1];

describe('the commands of the README and of CONTRIBUTING', function () {
  this.timeout(300_000);
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gpu-telemetry-readme-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('are commands of the program with options that it has, or scripts that there are', async () => {
    assert.ok(commands.length >= 20 && asked.length >= 5);
    const others = lines.filter((line) => !line.startsWith('telemetry ') && !asked.includes(line) && line !== '');
    for (const line of others)
      for (const part of line.split(/ && |; /)) {
        const [, script] = /^npm (?:run )?(?:-s )?([\w:]+)/.exec(part) ?? [];
        const isScript = script === 'ci' || (script !== undefined && scripts[script] !== undefined);
        assert.ok(isScript || part === 'bash .ci/run', part);
      }
    for (const words of commands) {
      const { code, stdout } = await runTelemetry([...words, '--help']);
      assert.equal(code, 0, words.join(' '));
      for (const option of words.filter((word) => word.startsWith('--'))) assert.ok(stdout.includes(option), option);
    }
    const left = commands.filter((words) => needed(words) !== undefined);
    const elsewhere = others.filter((line) => /npm|bash/.test(line));
    console.log(`      ${String(left.length + elsewhere.length)} are not run here:`);
    for (const words of left) console.log(`      needs ${needed(words)!}: telemetry ${words.join(' ')}`);
    for (const line of elsewhere) console.log(`      needs the internet, or minutes: ${line}`);
  });

  it('work as they stand, one after the other', async function () {
    if (!full) this.skip();
    const environment = { TELEMETRY_DATA_DIR: join(folder, 'data') };
    const places: Readonly<Record<string, string>> = {
      'export.csv': resolve('data/dcgm_metrics_sample.csv'),
      DIR: join(folder, 'archive'),
    };
    const run = async (words: readonly string[]): Promise<string> => {
      const args = words.map((word) => places[word] ?? word);
      if (words.includes('--watch') || words.includes('--follow')) {
        // Endless: it shows something, and ends in order when it is told to.
        const running = startTelemetry(args, environment);
        await eventually(`${words.join(' ')} shows something`, () => running.stdout !== '');
        running.child.kill('SIGINT');
        assert.ok([0, 1, 130].includes((await running.ended).code ?? 0), words.join(' '));
        return running.stdout;
      }
      const { code, stdout, stderr } = await runTelemetry(args, environment);
      assert.equal(code, 0, `${words.join(' ')}\n${stdout}${stderr}`);
      return stdout;
    };
    try {
      for (const words of commands.filter((one) => needed(one) === undefined)) {
        const up = words[0] === 'up';
        await run(up ? [...words, '--port', '0'] : words);
        if (!up) continue;
        const { gateways } = JSON.parse(await run(['status', '--json'])) as { gateways: string[] };
        for (const line of asked) {
          const here = line.replaceAll(/(http:\/\/)?localhost:8080/g, gateways[0]!).replace(/^open/, 'curl -sL');
          const { status, stdout } = spawnSync('sh', ['-c', here.replace('curl ', 'curl --fail ')], {
            encoding: 'utf8',
          });
          assert.equal(status, 0, `${line}: ${stdout}`);
          if (line.includes('/api/')) assert.equal((JSON.parse(stdout) as { success: boolean }).success, true, line);
          else assert.match(stdout, /<html/i, line);
        }
      }
    } finally {
      await runTelemetry(['down', '--purge'], environment);
    }
  });
});
