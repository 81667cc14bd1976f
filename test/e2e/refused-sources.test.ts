import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { logFilePath } from '../../infra/supervisor/system-state.js';
import { stopSystem } from '../../infra/supervisor/stop-system.js';
import { eventually } from '../support/eventually.js';
import { longHeader, longRow } from '../support/source-texts.js';
import { systemIn } from '../support/system-in.js';
import { useTempFolder } from '../support/temp-folder.js';

describe('a system that is given a file which is refused', function () {
  this.timeout(300_000);
  const folder = useTempFolder();
  const dataDir = (): string => join(folder(), 'data');
  afterEach(() => stopSystem(dataDir()));
  const { run, status } = systemIn(dataDir);
  const streamers = async () => (await status()).processes.filter(({ role }) => role === 'streamer');

  it('streams the others, says which one it has given up and why, and reads it when it is mended', async () => {
    const bad = join(folder(), 'bad.csv');
    const good = join(folder(), 'good.csv');
    await writeFile(bad, 'these,are,no,columns\n1,2,3,4\n');
    await writeFile(good, [longHeader, longRow({ value: '1' }), longRow({ value: '2' }), ''].join('\n'));
    await run('up', '--detach', '--streamers', '2', '--gateways', '0', '--source', bad, good);
    await eventually('both have failed', async () =>
      (await streamers()).every(({ state, restarts }) => state === 'failed' && restarts === 0),
    );
    const said = await run('status');
    for (const name of ['streamer-1', 'streamer-2']) {
      assert.match(said, new RegExp(`^${name} is not started again: ${bad}.*telemetry scale streamer=N`, 'm'));
      assert.match(await readFile(logFilePath(dataDir(), name), 'utf8'), /supervisor: .* is not started again: .*bad/);
    }
    const verdict = JSON.parse(await run('verify', '--wait', '60s', '--json')) as { events: number };
    assert.equal(verdict.events, 2, 'the good one stands in the log');

    await writeFile(bad, [longHeader, longRow({ value: '3' }), ''].join('\n'));
    await run('scale', 'streamer=1');
    await eventually('it is read', async () => (await status()).log?.events === 3);
    await eventually('the streamer is through', async () => (await streamers())[0]?.state === 'ended');
    assert.equal((await streamers()).length, 1);
  });

  it('says so too while it streams the others without end', async () => {
    const bad = join(folder(), 'bad.csv');
    const good = join(folder(), 'good.csv');
    await writeFile(bad, 'these,are,no,columns\n1,2,3,4\n');
    await writeFile(good, [longHeader, longRow({ value: '1' }), ''].join('\n'));
    await run('up', '--detach', '--loop', '--gateways', '0', '--source', bad, good);
    const sentence = new RegExp(`^.*streamer-1 has given up a source: ${bad}`, 'm');
    await eventually('it is said', async () => sentence.test(await run('status')));
    assert.match(await readFile(logFilePath(dataDir(), 'supervisor'), 'utf8'), sentence);
    const [streamer] = await streamers();
    assert.deepEqual([streamer?.state, streamer?.restarts], ['running', 0]);
    const before = Number(streamer?.['rows']);
    await eventually('it goes on', async () => Number((await streamers())[0]?.['rows']) > before);
  });
});
