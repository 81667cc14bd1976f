// The program as few files instead of the thousand modules of its own and of its dependencies, and these with the code
// that V8 made of them: a process of it begins in a third of the time, and a system starts many.
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build, transform } from 'esbuild';
import { programModules } from './program-modules.mjs';
import { isBeingWritten, writeWhole } from './write-whole.mjs';

const inRoot = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const outdir = process.argv[2] ?? inRoot('dist/program');
const common = { platform: 'node', target: 'node20', logLevel: 'warning' };

/** Chunks that share what they have in common, which esbuild makes of ES modules only. */
const bundle = () =>
  build({
    ...common,
    entryPoints: {
      // Of the program, which imports it: what it begins need not wait for the rest to be loaded.
      early: inRoot('dist/commands/cli/early-thread.main.js'),
      program: inRoot('dist/commands/telemetry.main.js'),
      thread: inRoot('dist/commands/cli/appends-thread.main.js'),
    },
    entryNames: '[name]-[hash]',
    outdir,
    bundle: true,
    write: false,
    splitting: true,
    format: 'esm',
    sourcemap: 'inline',
    sourcesContent: false,
    // What graphql checks while it is developed with takes a sixth of the time of a large answer.
    define: { 'process.env.NODE_ENV': '"production"' },
    // Asked for by type-graphql where it is installed, and it is not.
    external: ['class-validator'],
    plugins: [programModules(outdir)],
  });

/**
 * A chunk tells what it exports by getters. esbuild copies them to an object whose getters ask these, so that modules of
 * Node see the names; but only chunks ask, and would do it by two calls each time.
 */
const exported = {
  copied: '__toCommonJS = (mod) => __copyProps(__defProp({}, "__esModule", { value: true }), mod);',
  itself: '__toCommonJS = (mod) => mod;',
};

/** A chunk as CommonJS: of that V8's code can be kept. All of it is ASCII, as it is read. */
const written = async ({ path, text }) => {
  const name = basename(path);
  const { code, map } = await transform(text, {
    ...common,
    format: 'cjs',
    sourcefile: name,
    sourcemap: 'external',
    sourcesContent: false,
    charset: 'ascii',
    supported: { 'dynamic-import': false },
  });
  await Promise.all([
    writeWhole(
      path,
      code.replace(exported.copied, () => exported.itself),
    ),
    writeWhole(`${path}.map`, map),
  ]);
  return name;
};

await mkdir(outdir, { recursive: true });
const { outputFiles } = await bundle();
const names = await Promise.all(outputFiles.map(written));
const named = (entry) => names.find((name) => name.startsWith(`${entry}-`));
const entries = { early: named('early'), main: named('program'), thread: named('thread') };
await writeWhole(join(outdir, 'package.json'), `${JSON.stringify({ type: 'commonjs', ...entries })}\n`);
// It can be run as it is, as the package's bin is where it is linked.
await writeWhole(join(outdir, 'telemetry.js'), await readFile(inRoot('deploy/scripts/load-program.cjs')), 0o777);

// Chunks are named by what is in them: those of earlier builds are left, with their code. Another build at the same time
// has left them first, and what it is writing is its own.
const kept = new Set([...names, ...names.map((name) => `${name}.map`), 'package.json', 'telemetry.js']);
const left = (await readdir(outdir)).filter((name) => !kept.has(name) && !isBeingWritten(name));
await Promise.all(left.map((name) => rm(join(outdir, name), { force: true })));
const keeping = [inRoot('deploy/scripts/keep-code.mjs'), outdir, ...names];
process.stderr.write((await promisify(execFile)(process.execPath, keeping)).stderr);
