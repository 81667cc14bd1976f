import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makePipe, openForReader } from '../../support/named-pipe.js';
import { useTempFolder } from '../../support/temp-folder.js';

const program = fileURLToPath(new URL('./waiting-process.js', import.meta.url));

describe('the end of a process', () => {
  const folder = useTempFolder();

  for (const where of ['process', 'thread'])
    it(`comes though a ${where} of it waits for what it reads`, async () => {
      const pipe = join(folder(), 'silent.pipe');
      makePipe(pipe);
      const child = spawn(process.execPath, [program, where, pipe], { stdio: 'inherit' });
      const ended = once(child, 'close');
      const writer = await openForReader(pipe);
      try {
        child.kill('SIGUSR2');
        // By itself where it has opened the pipe and not come to reading it yet.
        const [code, signal] = (await ended) as [number | null, NodeJS.Signals | null];
        assert.ok(code === 1 || signal === 'SIGKILL', `${String(code)} ${String(signal)}`);
      } finally {
        child.kill('SIGKILL');
        await writer.close();
      }
    });
});
