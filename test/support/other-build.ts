import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** A change of a compiled file: what stands there once, and what stands there instead. */
export interface Edit {
  /** Below `dist`, such as `projections/versions.document.js`. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** The program in a folder of its own, built otherwise. */
export interface OtherBuild {
  /** The path of its main file. */
  readonly script: string;
  remove(): Promise<void>;
}

/** Copies the compiled program to a folder and changes it there, as if it had been built from other sources. */
export const otherBuild = async (edits: readonly Edit[]): Promise<OtherBuild> => {
  const folder = await mkdtemp(join(tmpdir(), 'gpu-telemetry-build-'));
  const tests = join(root, 'dist', 'test');
  await mkdir(join(folder, 'dist'));
  await cp(join(root, 'dist'), join(folder, 'dist'), { recursive: true, filter: (from) => from !== tests });
  await cp(join(root, 'package.json'), join(folder, 'package.json'));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const { file, from, to } of edits) {
    const path = join(folder, 'dist', file);
    const text = await readFile(path, 'utf8');
    assert.equal(text.split(from).length, 2, `${file} has ${JSON.stringify(from)} once`);
    await writeFile(path, text.replace(from, to));
  }
  return {
    script: join(folder, 'dist', 'commands', 'telemetry.main.js'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
};
