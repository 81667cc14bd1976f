import assert from 'node:assert/strict';
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tokens } from '../../../infra/config/accepts.js';
import { followSecretFile, secretFile } from '../../../infra/config/secret-file.js';
import { eventually } from '../../support/eventually.js';
import { useTempFolder } from '../../support/temp-folder.js';

describe('a secret in a file', () => {
  const folder = useTempFolder();

  it('is followed where it is a file, and not where the variable itself has it', () => {
    const file = { TELEMETRY_READ_TOKEN_FILE: '/run/token' };
    assert.equal(secretFile('readToken', file), '/run/token');
    assert.equal(secretFile('readToken', { ...file, TELEMETRY_READ_TOKEN: 'x' }), undefined);
    assert.equal(secretFile('readToken', { ...file, TELEMETRY_READ_TOKEN: '' }), '/run/token');
    assert.equal(secretFile('readToken', { TELEMETRY_READ_TOKEN_FILE: '' }), undefined);
    assert.equal(secretFile('adminToken', file), undefined);
  });

  it('is followed through what the file holds, as a Secret is mounted, and kept where nothing usable is', async () => {
    const file = join(folder(), 'token');
    const mount = async (version: string, text: string): Promise<void> => {
      // As kubelet does it: a folder of the version, and a link to it that is turned at once.
      await mkdir(join(folder(), version));
      await writeFile(join(folder(), version, 'token'), text);
      await symlink(version, join(folder(), '..data-new'));
      await rename(join(folder(), '..data-new'), join(folder(), '..data'));
    };
    await mount('1', 'first\n');
    await symlink(join('..data', 'token'), file);
    const [seen, complaints] = [[] as (readonly string[])[], [] as string[]];
    const stopping = new AbortController();
    const following = (async () => {
      const changes = followSecretFile(file, tokens, (message) => complaints.push(message), stopping.signal, 5);
      for await (const value of changes) seen.push(value);
    })();
    try {
      await eventually('what it holds has come', () => seen.length === 1);
      await mount('2', 'second,third');
      await eventually('the change has come', () => seen.length === 2);
      await mount('3', ' \n');
      await eventually('an empty file is complained of', () => complaints.length === 1);
      await mount('4', 'smuggled\u00e9secret');
      await eventually('so is what is no token', () => complaints.some((one) => one.includes('not usable')));
      await rm(file);
      await eventually('so is one that is gone', () => complaints.some((one) => one.includes('ENOENT')));
      await mount('5', 'fourth');
      await symlink(join('..data', 'token'), file);
      await eventually('the next one has come', () => seen.length === 3);
      assert.deepEqual(seen, [['first'], ['second', 'third'], ['fourth']]);
      assert.match(complaints[0]!, /token is empty$/);
      assert.doesNotMatch(complaints.join(' '), /smuggled/);
      assert.equal(new Set(complaints).size, complaints.length);
    } finally {
      stopping.abort();
      await following;
    }
  });
});
