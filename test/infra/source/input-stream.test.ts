import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { useTempFolder } from '../../support/temp-folder.js';

const module = new URL('../../../infra/source/input-stream.js', import.meta.url);

/** Takes chunk by chunk, now and then late, so that others wait behind it; prints the hash of all. */
const reader = `
  import { createHash } from 'node:crypto';
  import { setTimeout as sleep } from 'node:timers/promises';
  import { inputStream } from ${JSON.stringify(module)};
  const stream = inputStream();
  const hash = createHash('sha256');
  let chunks = 0;
  for await (const chunk of stream) {
    if (chunks++ % 50 === 0) await sleep(5);
    hash.update(chunk);
  }
  console.log(JSON.stringify({ hash: hash.digest('hex'), isOwn: stream !== process.stdin }));
`;

/** 20 MB in pieces of one byte to some chunks, no stretch like another. */
function* pieces(): Generator<Buffer> {
  for (let n = 0, bytes = 0; bytes < 20_000_000; n++) {
    const length = n % 3 === 0 ? 1 + (n % 300) : n % 3 === 1 ? 4096 + (n % 9) : 1 + ((n * 7919) % 200_000);
    const piece = Buffer.alloc(length);
    for (let at = 0; at + 4 <= length; at += 4) piece.writeUInt32LE((bytes + at) >>> 0, at);
    bytes += length;
    yield piece;
  }
}

describe('standard input as a stream', function () {
  this.timeout(60_000);
  const folder = useTempFolder();

  for (const { name, through } of [
    { name: 'a pipe', through: ['sh', '-c', 'cat | "$0" "$1"'] },
    { name: 'a socket', through: [] },
  ])
    it(`S1: gives every byte that comes through ${name}, in order, however late it is taken`, async () => {
      const script = join(folder(), 'reader.mjs');
      await writeFile(script, reader);
      const [command, ...args] = [...through, process.execPath, script];
      const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
      const expected = createHash('sha256');
      for (const piece of pieces()) expected.update(piece);
      let said = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
      await Promise.all([pipeline(Readable.from(pieces()), child.stdin), once(child, 'close')]);
      assert.deepEqual(JSON.parse(said), { hash: expected.digest('hex'), isOwn: true });
    });
});
