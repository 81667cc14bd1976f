import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { useTempFolder } from '../../support/temp-folder.js';

const writer = new URL('../../../infra/cli/write-whole.js', import.meta.url);

describe('a look at what output goes to', () => {
  const folder = useTempFolder();

  it('does not keep Node from following links to modules, where it is a pipe', async () => {
    const [real, link] = [join(folder(), 'real'), join(folder(), 'link')];
    await mkdir(real);
    await symlink(real, link);
    await writeFile(join(real, 'known.mjs'), 'export {};\n');
    await writeFile(join(real, 'later.mjs'), 'export const url = import.meta.url;\n');
    const script = join(folder(), 'script.mjs');
    await writeFile(
      script,
      `import './link/known.mjs';
       import { wholeWriter } from ${JSON.stringify(writer)};
       const toFile = wholeWriter(process.stdout.fd);
       const { url } = await import('./link/later.mjs');
       console.log(JSON.stringify({ isFile: toFile !== undefined, url }));\n`,
    );
    const { stdout } = await promisify(execFile)(process.execPath, [script]);
    const { isFile, url } = JSON.parse(stdout) as { readonly isFile: boolean; readonly url: string };
    assert.deepEqual([isFile, url], [false, `file://${await realpath(real)}/later.mjs`]);
  });
});
