import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { program } from '../support/telemetry.js';

const chunk = readdirSync(dirname(program)).find((name) => /^stream\.main-\w+\.js$/.test(name))!;

/** What a process says that has loaded what `telemetry stream` is made of. */
const said = async (code: string): Promise<string> => {
  const text = `const { load, scripts } = require(${JSON.stringify(program)}); const loaded = load(${JSON.stringify(chunk)}); ${code}`;
  return (await promisify(execFile)(process.execPath, ['--enable-source-maps', '--eval', text])).stdout;
};

describe('the program as it was built', () => {
  it('is loaded with the code that V8 made of it then', async () => {
    const stdout = await said('console.log([...scripts.values()].map((script) => script.cachedDataRejected).join());');
    const rejected = stdout.trim().split(',');
    assert.ok(rejected.length > 1, 'several files');
    assert.deepEqual([...new Set(rejected)], ['false']);
  });

  it('tells where in the source an error was thrown', async () => {
    const stdout = await said('loaded.command.run({}, {}).catch((error) => console.log(error.stack));');
    assert.match(stdout, /^TypeError: .*\n(.*\n)*? +at .*commands\/cli\/stream\.main\.ts:\d+:\d+\)?$/m);
  });
});
