// The program as few files instead of the thousand modules of its own and of its dependencies: a process of it begins
// in half the time, and a system starts many.
import { Buffer } from 'node:buffer';
import { readFile, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const inRoot = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const outdir = inRoot('dist/program');

/** What a module finds beside itself stays where it is, so a bundled module still names the place from which it came. */
const places = (path) => ({
  'import.meta.url': `new URL(${JSON.stringify(relative(outdir, path))}, import.meta.url).href`,
  __dirname: `(bundled + ${JSON.stringify(`/${relative(outdir, dirname(path))}`)})`,
});

/**
 * A map whose only mapping is where nothing stands. Node reads all of a file's map when the first error in it is told,
 * and most errors are answers of etcd: with the maps of all dependencies, that took 0.3 s of a core.
 */
const emptyMap = Buffer.from('{"version":3,"sources":[""],"mappings":"gggggBAAA"}').toString('base64');
const withoutMap = (contents) => `${contents}\n//# sourceMappingURL=data:application/json;base64,${emptyMap}`;
const isOurs = (path) => !path.includes('/node_modules/');

/** @type {import('esbuild').Plugin} */
const modules = {
  name: 'modules',
  setup: ({ onLoad }) => {
    onLoad({ filter: /\.[cm]?js$/ }, async ({ path }) => {
      const place = places(path);
      const text = await readFile(path, 'utf8');
      const placed = text.replaceAll(/\bimport\.meta\.url\b|\b__dirname\b/g, (found) => place[found]);
      return { contents: isOurs(path) ? placed : withoutMap(placed) };
    });
    onLoad({ filter: /\/node_modules\/.*\.json$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      return { contents: withoutMap(`module.exports = ${text}`), loader: 'js' };
    });
  },
};

/** What CommonJS modules expect to be there: they ask for Node's own by `require`, and may not say `import.meta`. */
const head = `import { createRequire as requireFor } from "node:module";
const require = requireFor(import.meta.url);
const bundled = import.meta.dirname;`;

const { metafile } = await build({
  entryPoints: { telemetry: inRoot('dist/commands/telemetry.main.js') },
  outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  sourcemap: 'linked',
  sourcesContent: false,
  metafile: true,
  // Asked for by type-graphql where it is installed, and it is not.
  external: ['class-validator'],
  plugins: [modules],
  banner: { js: head },
  logLevel: 'warning',
});

// Chunks are named by what is in them: those of earlier builds are left.
const written = new Set(Object.keys(metafile.outputs).map((path) => basename(path)));
const left = (await readdir(outdir)).filter((name) => !written.has(name));
await Promise.all(left.map((name) => rm(join(outdir, name))));
