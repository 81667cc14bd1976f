import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A folder for each test of a `describe` block; call the answer inside the tests. They are removed after the last test,
 * when the hooks of the block have ended whatever wrote there.
 */
export const useTempFolder = (): (() => string) => {
  const folders: string[] = [];
  beforeEach(async () => {
    folders.push(await mkdtemp(join(tmpdir(), 'gpu-telemetry-test-')));
  });
  after(async () => {
    await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
  });
  return () => folders.at(-1) ?? '';
};
