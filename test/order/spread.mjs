// Prints the files of tests, in the order in which mocha is to hand them to its workers.
//
// By folder, one stretch of a run waits for leases to run out and leaves cores idle, and another starts processes by the
// dozen, which then wait for cores. Here neighbours have nothing to do with each other: files come in the order of their
// hashes, always the same. The short ones come last, so that no worker is left with a long one when the others are done.
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../dist/test/', import.meta.url));
const short = /^(commands\/(?!cli\/)|data|domain|projections|security)/;

const placeOf = (path) => `${Number(short.test(path))}${createHash('sha256').update(path).digest('hex')}`;

const files = readdirSync(root, { recursive: true })
  .filter((path) => path.endsWith('.test.js'))
  .map((path) => ({ path, place: placeOf(path) }))
  .sort((one, other) => (one.place < other.place ? -1 : 1));
process.stdout.write(files.map(({ path }) => `dist/test/${path}`).join('\n'));
