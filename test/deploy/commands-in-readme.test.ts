import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { blocksIn } from '../support/markdown-blocks.js';
import { helmPath, needsHelm } from './support/helm.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  scripts: Readonly<Record<string, string>>;
};

interface Shown {
  readonly command: string;
  /** `a cluster`, `Docker`; undefined where a clone and helm are enough. */
  readonly needs: string | undefined;
}

/** The commands in the shell blocks of a Markdown file, those over several lines as one. */
const commandsIn = (path: string): readonly Shown[] =>
  blocksIn(readFileSync(`${root}${path}`, 'utf8'), 'sh')
    .flatMap((block) => block.replace(/\\\n/g, ' ').split('\n'))
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [command, note] = line.split(/\s+# /) as [string, string?];
      return { command: command.replace(/\s+/g, ' ').trim(), needs: /^needs (.*)$/.exec(note ?? '')?.[1] };
    });

const shown = ['deploy/README.md', 'deploy/helm/gpu-telemetry/README.md'].flatMap(commandsIn);

describe('the commands that deploy/ shows', function () {
  needsHelm();
  this.timeout(300_000);

  it('work, those that need no more than a clone', () => {
    const runnable = shown.filter(({ needs }) => needs === undefined);
    assert.equal(runnable.length, 3);
    const env = { ...process.env, PATH: [process.env['PATH'], dirname(helmPath()!)].join(delimiter) };
    for (const { command } of runnable) {
      const { status, stdout, stderr } = spawnSync('sh', ['-c', command], { cwd: root, env, encoding: 'utf8' });
      assert.equal(status, 0, `${command}\n${stdout}${stderr}`);
    }
  });

  it('are marked where they need more, and those name scripts and files that there are', () => {
    const others = shown.filter(({ needs }) => needs !== undefined);
    console.log(`      ${String(others.length)} are not run here:`);
    for (const { command, needs } of others) {
      console.log(`      needs ${needs}: ${command}`);
      assert.match(needs!, /^(a cluster|Docker)$/);
      assert.match(command, needs === 'Docker' ? /docker|image:/ : /helm|kubectl|k8s:/);
      const [, script] = /npm run (\S+)/.exec(command) ?? [];
      if (script !== undefined) assert.ok(scripts[script], script);
      for (const [path] of command.matchAll(/deploy\/[\w./-]+/g))
        readFileSync(`${root}${path}`.replace(/telemetry$/, 'telemetry/Chart.yaml'));
    }
  });
});
