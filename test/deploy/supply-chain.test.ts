import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const read = (path: string): string => readFileSync(`${root}${path}`, 'utf8');

interface Locked {
  readonly version: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const { packages } = JSON.parse(read('package-lock.json')) as { packages: Readonly<Record<string, Locked>> };
/** By the folder that it is installed in; the project itself is left out. */
const locked = Object.entries(packages).filter(([folder]) => folder !== '');
const shipped = locked.filter(([, { dev }]) => dev !== true);

const nameOf = (folder: string): string => folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** Licences that ask for nothing but that they are kept with what is shipped. */
const permissive = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', 'Python-2.0'];

/** Of tools that are used and not shipped; the last asks for its own files' source, which nobody changes here. */
const forTools = [
  ...permissive,
  'BlueOak-1.0.0',
  'CC0-1.0',
  'PSF-2.0',
  '(MIT AND Zlib)',
  '(MIT OR CC0-1.0)',
  'MPL-2.0',
];

const refused = (packagesOf: typeof locked, accepted: readonly string[]): readonly string[] =>
  packagesOf
    .filter(([, { license }]) => license === undefined || !accepted.includes(license))
    .map(([folder, { license }]) => `${folder}: ${license ?? 'no licence'}`);

/** All that the program is written in. */
const sources = ['commands', 'domain', 'infra', 'projections', 'query-api']
  .flatMap((folder) =>
    readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`),
  )
  .filter((file) => file.endsWith('.ts'))
  .map(read);

interface Bill {
  readonly bomFormat: string;
  readonly metadata: { readonly component: { readonly type: string; readonly name: string } };
  readonly components: readonly { readonly name: string; readonly version: string; readonly licenses?: unknown[] }[];
}

describe('what the project depends on', () => {
  it('is named by exact versions, and runs nothing when it is installed', () => {
    const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<
      'dependencies' | 'devDependencies',
      Readonly<Record<string, string>>
    >;
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies }))
      assert.match(version, /^\d+\.\d+\.\d+(-[\w.]+)?$/, name);
    assert.match(read('.npmrc'), /^ignore-scripts=true$/m);
  });

  it('is asked for: by the program, or by a package that wants it beside itself', () => {
    const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Readonly<Record<string, string>> };
    const names = Object.keys(dependencies);
    const asked = names.filter((name) =>
      sources.some((text) => text.includes(`'${name}'`) || text.includes(`'${name}/`)),
    );
    const wanted = new Set(
      asked.flatMap((name) => Object.keys(packages[`node_modules/${name}`]?.peerDependencies ?? {})),
    );
    assert.deepEqual(
      names.filter((name) => !asked.includes(name) && !wanted.has(name)),
      [],
    );
  });

  it('has licences that the project can be shipped with, and tools that it can be built with', () => {
    assert.ok(shipped.length > 100 && locked.length > shipped.length);
    assert.deepEqual(refused(shipped, permissive), []);
    assert.deepEqual(refused(locked, forTools), []);
  });

  it('stands in the bill of materials, all that is shipped and nothing else, each with its licence', async () => {
    const run = promisify(execFile)('npm', ['run', '-s', 'sbom'], { cwd: root, maxBuffer: 64 << 20 });
    const bill = JSON.parse((await run).stdout) as Bill;
    const { type, name } = bill.metadata.component;
    // Whatever the folder is called that it stands in.
    assert.deepEqual([bill.bomFormat, type, name], ['CycloneDX', 'application', 'gpu-telemetry']);
    const listed = new Set(bill.components.map(({ name, version }) => `${name}@${version}`));
    assert.deepEqual(
      [...listed].sort(),
      [...new Set(shipped.map(([folder, { version }]) => `${nameOf(folder)}@${version}`))].sort(),
    );
    assert.ok(bill.components.every(({ licenses = [] }) => licenses.length > 0));
  }).timeout(60_000);
});
