import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { identify, isRunning } from '../../infra/processes/process-identity.js';
import { eventually } from '../support/eventually.js';
import { useTempFolder } from '../support/temp-folder.js';

const support = fileURLToPath(new URL('../support/telemetry.js', import.meta.url));

describe('what a test has started', () => {
  const folder = useTempFolder();

  /** A process of tests that has started another, which would never end, and who that is. */
  const startTests = async (code: string) => {
    const waits = join(folder(), 'waits.js');
    await writeFile(waits, 'setInterval(() => undefined, 1000);');
    const started = `startTelemetry([], {}, 'ignore', ${JSON.stringify(waits)})`;
    const tests = `const { startTelemetry } = await import(${JSON.stringify(support)}); console.log(${started}.pid); ${code}`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', tests], { stdio: ['pipe', 'pipe', 'ignore'] });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const child = await identify(Number(line.toString()));
    assert.ok(child && (await isRunning(child)));
    return { parent, child };
  };

  for (const signal of ['SIGTERM', 'SIGHUP'] as const)
    it(`ends when the process of the tests is ended by ${signal}`, async () => {
      const { parent, child } = await startTests('setInterval(() => undefined, 1000);');
      parent.kill(signal);
      await eventually('it has ended', async () => !(await isRunning(child)));
    });

  it('ends when the process of the tests fails', async () => {
    const { parent, child } = await startTests("process.stdin.once('data', () => { throw new Error('failed'); });");
    parent.stdin.write('fail');
    await eventually('it has ended', async () => !(await isRunning(child)));
  });
});
