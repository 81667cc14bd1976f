import assert from 'node:assert/strict';
import { mkdir, stat, symlink, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../../infra/processes/make-folder.js';
import { useTempFolder } from '../../support/temp-folder.js';

describe('a folder that is made', () => {
  const folder = useTempFolder();
  const isFolder = async (path: string): Promise<boolean> => (await stat(path)).isDirectory();

  it('comes with those above it, each for whom it is for, and is left as it is when it is there', async () => {
    const deep = join(folder(), 'a', 'b', 'c');
    await makeFolder(deep, 0o700);
    for (const path of [deep, join(folder(), 'a')]) assert.equal((await stat(path)).mode & 0o777, 0o700);
    await makeFolder(deep, 0o755);
    assert.equal((await stat(deep)).mode & 0o777, 0o700);
    await makeFolder(`${join(folder(), 'd', 'e')}/`);
    assert.ok(await isFolder(join(folder(), 'd', 'e')));
    await Promise.all([1, 2, 3, 4].map((n) => makeFolder(join(folder(), 'at', 'once', String(n)))));
    assert.ok(await isFolder(join(folder(), 'at', 'once', '4')));
    for (const path of ['/', '.']) await makeFolder(path);
  });

  it('may be reached by a link, and not where a file or a link to nothing is in the way', async () => {
    await mkdir(join(folder(), 'real'));
    await symlink('real', join(folder(), 'link'));
    await makeFolder(join(folder(), 'link', 'below'));
    assert.ok(await isFolder(join(folder(), 'real', 'below')));
    await makeFolder(join(folder(), 'link'));
    await writeFile(join(folder(), 'file'), '');
    await symlink('nothing', join(folder(), 'dangling'));
    await assert.rejects(makeFolder(join(folder(), 'file')), /EEXIST/);
    await assert.rejects(makeFolder(join(folder(), 'file', 'below')), /ENOTDIR/);
    await assert.rejects(makeFolder(join(folder(), 'dangling', 'below')), /EEXIST/);
  });

  (existsSync('/proc/self') ? it : it.skip)('is refused at once where none can be made', async () => {
    await assert.rejects(makeFolder('/proc/none'), /no folder can be made in \/proc$/);
    await assert.rejects(makeFolder('/proc/none/below/it'), /no folder can be made in \/proc$/);
  });
});
