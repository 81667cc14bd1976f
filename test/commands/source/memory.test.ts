import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const program = fileURLToPath(new URL('../../support/read-much.js', import.meta.url));
const megabytes = process.env['TELEMETRY_TEST_COUNTS'] === 'full' ? 1024 : 16;

describe('memory of a reader', () => {
  const kinds = ['few series', 'bad rows', 'open quotes', 'empty lines', 'one line', 'compressed line'];
  // A dictionary that is forgotten when it is full stands beside its successor until the collector comes by.
  const bounds = new Map([...kinds.map((kind) => [kind, 150] as const), ['ever new series', 280]]);
  for (const [kind, bound] of bounds) {
    it(`stays under ${String(bound)} MB whatever the size of a text with ${kind}`, async () => {
      const { stdout } = await promisify(execFile)(process.execPath, [program, kind, String(megabytes)]);
      const { rows, maxMegabytes } = JSON.parse(stdout) as { rows: number; maxMegabytes: number };
      const expected = kind.endsWith('line') ? 2 : kind === 'empty lines' ? 1 : 10_000;
      assert.ok(rows >= expected, `${String(rows)} rows`);
      assert.ok(maxMegabytes < bound, `${String(Math.round(maxMegabytes))} MiB`);
    });
  }
});
