// Compiles everything to dist/, each module for itself and unchecked: `npm run types` checks. esbuild takes a tenth of
// the time that tsc does, but does not emit the metadata of decorators by which type-graphql knows types: the modules
// of GraphQL are left to TypeScript.
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import ts from 'typescript';
import { writeChanged } from './write-whole.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const decorated = join('query-api', 'graphql');

/** Paths of TypeScript below a folder of the root; of none where the folder is missing, as the tests are in an image. */
const sourcesIn = async (folder) => {
  const names = await readdir(join(root, folder), { recursive: true }).catch(() => []);
  return names.filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts')).map((name) => join(folder, name));
};

const { compilerOptions: checked, include } = JSON.parse(await readFile(join(root, 'tsconfig.json'), 'utf8'));
// Where only types are imported, nothing is: verbatim, what others are made of would be loaded for them all the same.
const compilerOptions = { ...checked, verbatimModuleSyntax: false };
const { options } = ts.convertCompilerOptionsFromJson({ ...compilerOptions, module: 'esnext' }, root);

const put = async (path, contents) => {
  await mkdir(dirname(path), { recursive: true });
  await writeChanged(path, contents);
};

const compileDecorated = async (path) => {
  const out = join(root, 'dist', path.replace(/\.ts$/, '.js'));
  const text = await readFile(join(root, path), 'utf8');
  const { outputText, sourceMapText } = ts.transpileModule(text, {
    compilerOptions: options,
    fileName: basename(path),
  });
  await Promise.all([put(out, outputText), put(`${out}.map`, sourceMapText)]);
};

const folders = include.map((pattern) => pattern.split('/')[0]);
const paths = (await Promise.all(folders.map(sourcesIn))).flat();
const [theirs, others] = [
  paths.filter((path) => path.startsWith(decorated)),
  paths.filter((path) => !path.startsWith(decorated)),
];
const compileOthers = async () => {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: others,
    tsconfigRaw: { compilerOptions },
    outdir: 'dist',
    outbase: '.',
    bundle: false,
    format: 'esm',
    platform: 'node',
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'warning',
    write: false,
  });
  await Promise.all(outputFiles.map(({ path, contents }) => put(path, contents)));
};
await Promise.all([compileOthers(), ...theirs.map(compileDecorated)]);
