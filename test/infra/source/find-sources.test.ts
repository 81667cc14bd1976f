import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { findSources } from '../../../infra/source/find-sources.js';
import { useTempFolder } from '../../support/temp-folder.js';

describe('finding sources', () => {
  const folder = useTempFolder();
  beforeEach(async () => {
    await mkdir(join(folder(), 'deep/er'), { recursive: true });
    for (const name of [
      'b.csv',
      'a.csv.gz',
      'c.CSV',
      'notes.txt',
      '.hidden.csv',
      'deep/d.csv',
      'deep/er/e.csv',
      'x[1].csv',
    ]) {
      await writeFile(join(folder(), name), '');
    }
  });
  const found = async (...given: readonly string[]): Promise<readonly string[]> => {
    const search = await findSources(given.map((name) => (name === '-' ? name : join(folder(), name))));
    return search.kind === 'found'
      ? search.paths.map((path) => (path === '-' ? path : relative(folder(), path)))
      : search.problems.map((problem) => problem.replace(`${folder()}/`, '').replace(folder(), '.'));
  };

  it('a folder stands for its exports, by name; files and standard input for themselves', async () => {
    assert.deepEqual(await found(''), ['a.csv.gz', 'b.csv', 'c.CSV', 'x[1].csv']);
    assert.deepEqual(await found('notes.txt', '-', 'deep'), ['notes.txt', '-', 'deep/d.csv']);
  });

  it('patterns as in a shell', async () => {
    assert.deepEqual(await found('*.csv'), ['b.csv', 'x[1].csv']);
    assert.deepEqual(await found('?.csv*'), ['a.csv.gz', 'b.csv']);
    assert.deepEqual(await found('{a,b}.csv{,.gz}'), ['a.csv.gz', 'b.csv']);
    assert.deepEqual(await found('[!a].csv'), ['b.csv']);
    assert.deepEqual(await found('**/*.csv'), ['b.csv', 'deep/d.csv', 'deep/er/e.csv', 'x[1].csv']);
    assert.deepEqual(await found('d*/*.csv'), ['deep/d.csv']);
    assert.deepEqual(await found('d*/e?'), ['deep/er/e.csv']);
    assert.deepEqual(await found('x[1].csv'), ['x[1].csv']);
  });

  it('a file that is reached twice is taken once', async () => {
    await symlink(join(folder(), 'b.csv'), join(folder(), 'link.csv'));
    assert.deepEqual(await found('b.csv', 'link.csv', '*.csv'), ['b.csv', 'x[1].csv']);
  });

  it('everything that is not there is named', async () => {
    assert.deepEqual(await found('b.csv', 'none.csv', '*.json', 'deep/er', 'notes'), [
      'none.csv: there is no such file or folder',
      '*.json: no file matches this pattern',
      'notes: there is no such file or folder',
    ]);
    await mkdir(join(folder(), 'bare'));
    assert.deepEqual(await found('bare'), ['bare: there is no .csv or .csv.gz file in this folder']);
  });
});
