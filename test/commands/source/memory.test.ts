import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { full } from '../../support/full-counts.js';

const program = fileURLToPath(new URL('../../support/read-much.js', import.meta.url));
const megabytes = full ? 1024 : 16;

/** In bytes of ten to the sixth. */
const bound = 150;

describe('memory of a reader', () => {
  const few = ['few series', 'bad rows', 'open quotes', 'empty lines', 'one line', 'compressed line'];
  for (const kind of [...few, 'ever new series']) {
    it(`stays under ${String(bound)} MB whatever the size of a text with ${kind}`, async () => {
      const { stdout } = await promisify(execFile)(process.execPath, [program, kind, String(megabytes)]);
      const { rows, maxMegabytes } = JSON.parse(stdout) as { rows: number; maxMegabytes: number };
      const expected = kind.endsWith('line') ? 2 : kind === 'empty lines' ? 1 : 10_000;
      assert.ok(rows >= expected, `${String(rows)} rows`);
      assert.ok(maxMegabytes < bound, `${String(Math.round(maxMegabytes))} MB`);
    });
  }
});
