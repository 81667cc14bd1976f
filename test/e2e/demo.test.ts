import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { eventually } from '../support/eventually.js';
import { useTempFolder } from '../support/temp-folder.js';

const demo = fileURLToPath(new URL('../../../deploy/scripts/demo.mjs', import.meta.url));

// With fewer counts it is left to the test of a system that is scaled, of which it is the picture.
describe('npm run demo', function () {
  this.timeout(300_000);
  const folder = useTempFolder();

  it('scales a system up and down, queries it by time, closes the books and leaves nothing', async () => {
    const child = spawn(process.execPath, [demo], { env: { ...process.env, TMPDIR: folder() } });
    const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    assert.equal(child.exitCode, 0, errors + out);
    const shares = [...out.matchAll(/^ {2}collector-\d +([█·]{16})/gm)].map(([, picture]) => picture);
    assert.equal(shares.length, 1 + 3 + 1, out);
    assert.equal(out.match(/^ {2}GET .*\n {6}\d+ records?, /gm)?.length, 4, out);
    assert.match(out, /every event is folded once/);
    assert.deepEqual(readdirSync(folder()), []);
  });

  it('ends at once and leaves nothing when it is told to stop', async () => {
    const child = spawn(process.execPath, [demo], { env: { ...process.env, TMPDIR: folder() } });
    let out = '';
    child.stdout.on('data', (piece: Buffer) => void (out += piece.toString()));
    const [errors, closed] = [text(child.stderr), once(child, 'close')];
    await eventually('it scales', () => out.includes('$ telemetry scale') || child.exitCode !== null);
    child.kill('SIGINT');
    await closed;
    assert.equal(child.exitCode, 130, await errors);
    assert.deepEqual(readdirSync(folder()), []);
  });
});
