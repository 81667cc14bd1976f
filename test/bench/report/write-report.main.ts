import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isLeft } from 'fp-ts/lib/Either.js';
import { type Type } from 'io-ts';
import { reportFiles } from './report-files.js';
import { BenchResults, GrowthResults } from './bench-results.js';

/*
 * Writes the page and the pictures of what was measured beside the figures:
 * `node dist/test/bench/report/write-report.main.js FOLDER`, which holds figures.json and growth.json.
 */

const read = async <A>(path: string, codec: Type<A>): Promise<A> => {
  const decoded = codec.decode(JSON.parse(await readFile(path, 'utf8')));
  if (isLeft(decoded)) throw new Error(`${path} is not what the benchmark writes`);
  return decoded.right;
};

const folder = process.argv[2];
if (folder === undefined) {
  console.error('Which folder? It holds figures.json of `npm run bench -- --out` and growth.json of growth.bench.');
  process.exit(2);
}
const results = await read(join(folder, 'figures.json'), BenchResults);
const growths = await read(join(folder, 'growth.json'), GrowthResults);
for (const [name, content] of reportFiles(results, growths)) await writeFile(join(folder, name), content);
