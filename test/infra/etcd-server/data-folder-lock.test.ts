import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { holderIn, holderOfDataFolder } from '../../../infra/etcd-server/data-folder-lock.js';
import { scratchRoot } from '../../support/etcd.js';

describe('who holds the lock of a data folder', () => {
  const folders: string[] = [];
  afterEach(async () => {
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
  });

  const madeIn = async (root: string) => {
    const folder = await mkdtemp(join(root, 'lock-'));
    folders.push(folder);
    const database = join(folder, 'member', 'snap', 'db');
    await mkdir(join(folder, 'member', 'snap'), { recursive: true });
    await writeFile(database, '');
    return { folder, database };
  };

  for (const root of new Set([tmpdir(), scratchRoot()]))
    it(`is told while there is one, below ${root}`, async () => {
      const { folder, database } = await madeIn(root);
      assert.equal(await holderOfDataFolder(folder), undefined);
      const script = 'echo held; read -r _';
      const holder = spawn('flock', ['--no-fork', database, 'sh', '-c', script], { stdio: ['pipe', 'pipe', 'ignore'] });
      try {
        await once(holder.stdout, 'data');
        assert.equal(await holderOfDataFolder(folder), holder.pid);
      } finally {
        holder.stdin.end();
        await once(holder, 'close');
      }
      assert.equal(await holderOfDataFolder(folder), undefined);
    });

  it('is nobody who holds a file of the same inode on another device', () => {
    const inode = 45_488n;
    const locks = [
      `1: FLOCK  ADVISORY  WRITE 14 fe:00:${String(inode)} 0 EOF`,
      `1: -> FLOCK  ADVISORY  WRITE 15 00:1b:${String(inode)} 0 EOF`,
      `2: OFDLCK ADVISORY  WRITE -1 00:1b:1${String(inode)} 0 EOF`,
      `3: FLOCK  ADVISORY  WRITE 17 00:1b:${String(inode)} 0 EOF`,
      '',
    ].join('\n');
    assert.equal(holderIn(locks, { device: '00:1b', inode }), 17);
    assert.equal(holderIn(locks, { device: 'fe:00', inode }), 14);
    assert.equal(holderIn(locks, { device: '00:1c', inode }), undefined);
    assert.equal(holderIn(locks, { device: undefined, inode }), 14, 'where devices are not told');
  });
});
