import { cp, mkdtemp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type TestEtcd } from './etcd.js';

/** Puts an etcd's data aside, beside it; the answer puts them in the place of what is there then. */
export const backUpEtcd = async (etcd: TestEtcd): Promise<() => Promise<void>> => {
  const backup = await mkdtemp(join(dirname(etcd.dataDir), 'backup-'));
  await etcd.kill();
  await cp(etcd.dataDir, backup, { recursive: true });
  await etcd.restart();
  return async () => {
    await etcd.kill();
    await rm(etcd.dataDir, { recursive: true });
    await cp(backup, etcd.dataDir, { recursive: true });
    await etcd.restart();
  };
};
