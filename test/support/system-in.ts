import assert from 'node:assert/strict';
import { type SystemStatus } from '../../infra/supervisor/system-status.js';
import { runTelemetry } from './telemetry.js';

/** Commands to the system of a data folder; what fails fails the test. */
export const systemIn = (dataDir: () => string) => {
  const run = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await runTelemetry([...args, '--data-dir', dataDir()]);
    assert.equal(code, 0, stderr);
    return stdout;
  };
  const status = async (): Promise<SystemStatus> => JSON.parse(await run('status', '--json')) as SystemStatus;
  return { run, status };
};
