import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parseCommand } from '../../data/options.js';

const program = 'dist/data/generate.js';

async function run(args: string[]): Promise<{ code: number; out: string; err: string }> {
  const child = spawn(process.execPath, [program, ...args]);
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const [code] = (await once(child, 'close')) as [number];
  return { code, out, err };
}

describe('data: the generator as a program', () => {
  it('writes to standard output', async () => {
    const { code, out } = await run(['--gpus', '3', '--hosts', '2', '--steps', '2']);
    assert.equal(code, 0);
    assert.equal(out.split('\n').length, 1 + 3 * 10 * 2 + 1);
  });

  it('names every bad option with what is accepted, and exits with 2', async () => {
    const { code, out, err } = await run(['--gpus', '0', '--seed', '1.5', '--start', 'today', '--interval', '0']);
    assert.equal(code, 2);
    assert.equal(out, '');
    for (const name of ['--gpus', '--seed', '--start', '--interval'])
      assert.match(err, new RegExp(`${name} is ".*": give`));
  });

  it('says that a file cannot be written, and exits with 1', async () => {
    const { code, err } = await run(['--out', 'no-such-folder/x.csv']);
    assert.equal(code, 1);
    assert.match(err, /Cannot write no-such-folder\/x\.csv/);
  });

  it('stops quietly when its reader closes, without making the rest', async () => {
    const child = spawn(process.execPath, [program, '--steps', '100000000']);
    const exited = once(child, 'exit');
    await once(child.stdout, 'data');
    child.stdout.destroy();
    assert.deepEqual((await exited)[0], 0);
  });

  it('has --help, and as many hosts as GPUs when those are few', () => {
    assert.deepEqual(parseCommand(['--help']), { kind: 'help' });
    const command = parseCommand(['--gpus', '5']);
    assert.ok(command.kind === 'generate' && command.options.hosts === 5);
    assert.equal(parseCommand(['--gpus', '5', '--hosts', '6']).kind, 'wrong');
    assert.equal(parseCommand(['--colour', 'red']).kind, 'wrong');
  });
});
