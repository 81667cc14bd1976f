import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const rows = readFileSync(resolve('test/security/ATTACKS.md'), 'utf8')
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter(([, , , where]) => where?.startsWith('`'));

describe('the list of attacks', () => {
  it('names a test for each, and that is there', () => {
    assert.ok(rows.length > 30);
    for (const [, attack, title, where] of rows) {
      const text = readFileSync(resolve('test', `${where!.replaceAll('`', '')}.test.ts`), 'utf8');
      assert.ok(text.includes(title!), `${attack!}: ${title!} is not in ${where!}`);
    }
  });

  it('leaves out none of those that try an attack and nothing else', () => {
    for (const name of ['attacks', 'source-attacks', 'etcd-certificates']) {
      const text = readFileSync(resolve(`test/security/${name}.test.ts`), 'utf8');
      const titles = [...text.matchAll(/\bit\(\s*['`]([^'`$]+)/g)].map(([, title]) => title!);
      assert.ok(titles.length > 2, name);
      const listed = (title: string): boolean =>
        rows.some(([, , begin, where]) => where!.endsWith(`/${name}\``) && title.includes(begin!));
      const isNoAttack = (title: string): boolean => /^(is asked by who shows|ends a role at its start)/.test(title);
      assert.deepEqual(
        titles.filter((title) => !listed(title) && !isNoAttack(title)),
        [],
        name,
      );
    }
  });
});
