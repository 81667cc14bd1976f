import { createGzip } from 'node:zlib';
import { Readable } from 'node:stream';
import { passThrough } from '../../infra/processes/small-heap.js';
import { inflate } from '../../infra/source/inflate.js';
import { type OpenText } from '../../domain/source-text.js';
import { peakMegabytes } from './peak-megabytes.js';
import { identify, longHeader, longRow, start } from './source-texts.js';

/** Run as a process of its own: reads much text of one kind, and prints the rows read and the most memory held, in MB. */
const [kind = '', megabytes = '1'] = process.argv.slice(2);
const wanted = Number(megabytes) * 1024 * 1024;

function* rowsOf(): Generator<string, void, undefined> {
  const usual = longRow({ labels_raw: 'x'.repeat(250) });
  for (let at = 0; ; at++) {
    if (kind === 'few series') yield `${usual.replace('GPU-1', `GPU-${String(at % 2470)}`)}\n`;
    else if (kind === 'ever new series') yield `${usual.replace('xxx', `${String(at)}y`)}\n`;
    else if (kind === 'bad rows') yield `${usual.replace('"1"', '"one"')}\n`;
    else if (kind === 'open quotes') yield `${usual.slice(0, -1)}\n`;
    else if (kind === 'empty lines') yield '\n'.repeat(1000);
    else yield 'x'.repeat(100_000);
  }
}

function* textOf(): Generator<Buffer, void, undefined> {
  yield Buffer.from(`${longHeader}\n${longRow()}\n`);
  let made = 0;
  let held: string[] = [];
  let heldBytes = 0;
  for (const row of rowsOf()) {
    held.push(row);
    heldBytes += row.length;
    if (heldBytes < 64 * 1024) continue;
    yield Buffer.from(held.join(''));
    made += heldBytes;
    [held, heldBytes] = [[], 0];
    if (made >= wanted) return;
  }
}

const open: OpenText = async () => ({
  kind: 'opened',
  text: {
    path: kind,
    progress: () => ({ readBytes: 0, sizeBytes: 0 }),
    isFollowed: false,
    isPlain: false,
    canGoBackTo: () => true,
    settled: () => undefined,
    unsettled: () => undefined,
    steps: async function* () {
      if (kind === 'compressed line') return yield* inflate(Readable.from(textOf()).pipe(createGzip()));
      for (const bytes of textOf()) yield { kind: 'text', bytes };
      yield { kind: 'end' };
    },
  },
});

passThrough();
let rows = 0;
const reading = await start(await identify(open));
for await (const block of reading.blocks()) {
  rows += block.rows;
  reading.covered();
}
// Not `resourceUsage().maxRSS`: that begins with what the process that started this one had.
console.log(JSON.stringify({ rows, maxMegabytes: await peakMegabytes(process.pid) }));
