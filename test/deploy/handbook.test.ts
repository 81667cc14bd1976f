import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { blocksIn } from '../support/markdown-blocks.js';
import { runTelemetry } from '../support/telemetry.js';

const read = (path: string): string => readFileSync(new URL(`../../../deploy/${path}`, import.meta.url), 'utf8');
const handbook = read('OPERATE.md');
const pages = { 'OPERATE.md': handbook, 'DEBUG.md': read('DEBUG.md') };

interface Shown {
  readonly words: readonly string[];
  readonly needs: string | undefined;
}

/** The commands in the shell blocks of a page, and what they need beside a running system. */
const shownIn = (page: string): readonly Shown[] =>
  blocksIn(page, 'sh')
    .flatMap((block) => block.trim().split('\n'))
    .map((line) => {
      const [command = '', note = ''] = line.split(/\s+# /);
      const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
      return { words, needs: /^needs (.*)$/.exec(note)?.[1] };
    });

const modules = ['domain', 'commands', 'projections', 'query-api', 'infra'].flatMap((folder) =>
  readdirSync(resolve(folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(resolve(folder, name), 'utf8')),
);

describe("the operator's handbook, and what helps when something is wrong", function () {
  this.timeout(240_000);
  let folder: string;
  const data = () => ({ TELEMETRY_DATA_DIR: join(folder, 'data') });

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gpu-telemetry-handbook-'));
    const source = resolve('data/dcgm_metrics_sample.csv');
    const up = await runTelemetry(['up', '--source', source, '--detach', '--port', '0'], data());
    assert.equal(up.code, 0, up.stderr);
    assert.equal((await runTelemetry(['verify', '--wait', '60s'], data())).code, 0);
  });
  after(async () => {
    await runTelemetry(['down', '--purge'], data());
    await rm(folder, { recursive: true, force: true });
  });

  it('has a row for every alert there is, and for no other', () => {
    const { groups } = parse(read('prometheus/alerts.yaml')) as { groups: { rules: { alert: string }[] }[] };
    const rows = [...handbook.matchAll(/^\| `(\w+)` +\|/gm)].map(([, name]) => name!);
    assert.deepEqual(
      rows.sort(),
      groups
        .flatMap(({ rules }) => rules)
        .map(({ alert }) => alert)
        .sort(),
    );
  });

  it('explains messages that the program has', () => {
    const said = [...pages['DEBUG.md'].matchAll(/^\| `([^`]+)` +\|/gm)].map(([, message]) => message!);
    assert.ok(said.length >= 10);
    for (const message of said)
      assert.ok(
        modules.some((text) => text.includes(message)),
        message,
      );
  });

  const done = new Set<string>();

  for (const [name, page] of Object.entries(pages)) {
    const shown = shownIn(page);

    it(`shows commands that work as they stand (${name})`, async () => {
      const runnable = shown.filter(({ needs }) => needs === undefined);
      assert.ok(runnable.length >= 10);
      for (const { words } of runnable) {
        assert.equal(words[0], 'telemetry');
        // The same on both pages needs to be shown to work once.
        if (done.has(words.join(' '))) continue;
        done.add(words.join(' '));
        const args = words.slice(1).map((word) => (word.startsWith('./') ? join(folder, word) : word));
        const { code, stdout, stderr } = await runTelemetry(args, data());
        assert.equal(code, 0, `${words.join(' ')}\n${stdout}${stderr}`);
      }
    });

    it(`shows no option that the program does not have where a command needs more (${name})`, async () => {
      const others = shown.filter(({ needs }) => needs !== undefined);
      console.log(`      ${String(others.length)} need more than a running system:`);
      for (const { words, needs } of others) {
        console.log(`      needs ${needs!}: ${words.join(' ')}`);
        if (words[0] !== 'telemetry') continue;
        const { code, stdout } = await runTelemetry([...words.slice(1), '--help'], data());
        assert.equal(code, 0, words.join(' '));
        for (const option of words.filter((word) => word.startsWith('--'))) assert.ok(stdout.includes(option), option);
      }
    });
  }
});
