// Writes into the folder TARGET what the image needs of node_modules. The program is a bundle, so that is what browsers
// and etcd's client read as files; and of every package what says which it is, for who scans the image, and its licence.
import { cp, mkdir, readFile, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [target] = process.argv.slice(2);
if (target === undefined) throw new Error('shipped-packages.mjs TARGET');
const root = fileURLToPath(new URL('../../', import.meta.url));

/** Files and folders that are read when the program runs, by their packages. */
const read = {
  etcd3: ['proto'],
  graphiql: ['graphiql.min.js', 'graphiql.min.css'],
  'graphql-ws': ['umd/graphql-ws.min.js'],
  react: ['umd/react.production.min.js'],
  'react-dom': ['umd/react-dom.production.min.js'],
  'swagger-ui-dist': ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'],
  uplot: ['dist/uPlot.iife.min.js', 'dist/uPlot.min.css'],
};

const isKept = (name) => name === 'package.json' || /^(licen[cs]e|copying|notice)/i.test(name);

const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
const shipped = Object.keys(packages).filter((folder) => folder !== '' && !packages[folder].dev);
for (const folder of shipped) {
  const entries = await readdir(join(root, folder), { withFileTypes: true });
  const kept = entries.filter((entry) => entry.isFile() && isKept(entry.name)).map(({ name }) => name);
  for (const file of [...kept, ...(read[folder.slice('node_modules/'.length)] ?? [])]) {
    const into = join(target, folder.slice('node_modules/'.length), file);
    await mkdir(dirname(into), { recursive: true });
    await cp(join(root, folder, file), into, { recursive: true });
  }
}
