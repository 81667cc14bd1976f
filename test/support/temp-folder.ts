import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for each test of a `describe` block, removed after it; call the answer inside the tests. */
export const useTempFolder = (): (() => string) => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gpu-telemetry-test-'));
  });
  afterEach(async () => {
    // This runs before the hooks of the block that ends what still writes there.
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  });
  return () => folder;
};
