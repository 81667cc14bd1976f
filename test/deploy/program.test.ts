import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cp, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { program } from '../support/telemetry.js';
import { useTempFolder } from '../support/temp-folder.js';

const run = promisify(execFile);

const chunk = readdirSync(dirname(program)).find((name) => /^stream\.main-\w+\.js$/.test(name))!;

/** What a process says that has loaded what `telemetry stream` is made of. */
const said = async (code: string, of = program): Promise<string> => {
  const text = `const { load, scripts } = require(${JSON.stringify(of)}); const loaded = load(${JSON.stringify(chunk)}); ${code}`;
  return (await run(process.execPath, ['--enable-source-maps', '--eval', text])).stdout;
};

const thrown = 'loaded.command.run({}, {}).catch((error) => console.log(error.stack));';

describe('the program as it was built', () => {
  const folder = useTempFolder();

  it('is run through a link as it is', async () => {
    const link = join(folder(), 'telemetry');
    await symlink(program, link);
    assert.match((await run(link, ['--help'])).stdout, /Commands:/);
  });

  it('is made for use: what libraries check while a program is developed is not in it, whatever NODE_ENV says', async () => {
    const names = readdirSync(dirname(program)).filter((name) => /^serve\.main-\w+\.js$/.test(name));
    assert.ok(names.length > 0);
    for (const name of names)
      assert.doesNotMatch(await readFile(join(dirname(program), name), 'utf8'), /process\.env\.NODE_ENV/, name);
  });

  it('loads nothing for the sake of types', async () => {
    const compiled = join(dirname(program), '..');
    const folders = ['commands', 'domain', 'infra', 'projections', 'query-api'];
    const names = folders.flatMap((name) =>
      readdirSync(join(compiled, name), { recursive: true, encoding: 'utf8' }).map((one) => join(name, one)),
    );
    const modules = names.filter((name) => name.endsWith('.js'));
    assert.ok(modules.length > 0);
    for (const name of modules)
      assert.doesNotMatch(readFileSync(join(compiled, name), 'utf8'), /^import \{\s*\} from/m, name);
  });

  it('copies what a package exports for few of the modules that import it', () => {
    const folder = dirname(program);
    const scripts = readdirSync(folder).filter((name) => /-\w+\.js$/.test(name));
    const copies = new Map<string, number>();
    for (const name of scripts) {
      const text = readFileSync(join(folder, name), 'utf8');
      assert.doesNotMatch(text, /__toCommonJS = (?!\(mod\) => mod;)/, name);
      for (const [, copied] of text.matchAll(/\b__toESM\d*\)?\((?:\(0, \w+\.)?(require_\w+)/g))
        copies.set(copied!, (copies.get(copied!) ?? 0) + 1);
    }
    assert.ok(copies.size > 0);
    assert.deepEqual(
      [...copies].filter(([, count]) => count > 2),
      [],
    );
  });

  it('is loaded with the code that V8 made of it then', async () => {
    const stdout = await said('console.log([...scripts.values()].map((script) => script.cachedDataRejected).join());');
    const rejected = stdout.trim().split(',');
    assert.ok(rejected.length > 1, 'several files');
    assert.deepEqual([...new Set(rejected)], ['false']);
  });

  it('tells where in the source an error was thrown', async () => {
    const stdout = await said(thrown);
    assert.match(stdout, /^TypeError: .*\n(.*\n)*? +at .*commands\/cli\/stream\.main\.ts:\d+:\d+\)?$/m);
  });

  it('tells where in the source from another folder too, with code that was made in the first', async () => {
    await cp(dirname(program), folder(), { recursive: true });
    const stdout = await said(thrown, join(folder(), basename(program)));
    assert.match(stdout, /^TypeError: .*\n(.*\n)*? +at .*commands\/cli\/stream\.main\.ts:\d+:\d+\)?$/m);
  });

  it('tells of an error too when it was built again since, and its maps are gone', async () => {
    const isKept = (path: string) => !/\.(map|code)$/.test(path);
    await cp(dirname(program), folder(), { recursive: true, filter: isKept });
    const stdout = await said(thrown, join(folder(), basename(program)));
    assert.match(stdout, /^TypeError: .*\n(.*\n)*? +at .*stream\.main-\w+\.js:\d+:\d+\)?$/m);
  });

  it('begins whatever is left of the code that V8 made, as after a loss of power', async () => {
    await cp(dirname(program), folder(), { recursive: true });
    const kept = (await readdir(folder())).filter((name) => name.endsWith('.code'));
    const damages: readonly ((code: Buffer) => Buffer)[] = [
      (code) => code.fill(0, code.length >> 1),
      (code) => code.subarray(0, code.length >> 1),
      (code) => code.fill(0xff, code.length >> 1, (code.length >> 1) + 8),
      () => Buffer.alloc(0),
    ];
    for (const damaged of damages) {
      for (const name of kept)
        await writeFile(join(folder(), name), damaged(await readFile(join(dirname(program), name))));
      assert.match((await run(process.execPath, [join(folder(), basename(program)), '--help'])).stdout, /Commands:/);
    }
  });

  it('does not end with 0 when a command has nothing left to do and has not said how it ended', async () => {
    const { main } = JSON.parse(readFileSync(join(dirname(program), 'package.json'), 'utf8')) as {
      readonly main: string;
    };
    const begun = `loaded.command.run = () => new Promise(() => {}); process.argv.push('telemetry', 'stream', '-'); load('${main}');`;
    await assert.rejects(said(begun), { code: 1 });
  });

  it('is compiled anew without a touch of what is as it was: others read it meanwhile', async () => {
    const compiled = join(dirname(program), '..', 'commands', 'telemetry.main.js');
    const before = await stat(compiled);
    await run(process.execPath, ['deploy/scripts/compile.mjs']);
    const { ino, mtimeMs } = await stat(compiled);
    assert.deepEqual([ino, mtimeMs], [before.ino, before.mtimeMs]);
  });

  it('is built with nothing left behind, whatever the environment says of telemetry, of proxies and of folders', async () => {
    const nobody = 'http://127.0.0.1:9';
    const environment = {
      ...process.env,
      ...{ grpc_proxy: nobody, https_proxy: nobody, http_proxy: nobody, no_grpc_proxy: '', no_proxy: '' },
      ...{ TELEMETRY_ETCD: nobody, TELEMETRY_FOLLOW: 'true', TELEMETRY_METRICS_PORT: '1' },
      TMPDIR: join(folder(), 'missing'),
    };
    const built = await run(process.execPath, ['deploy/scripts/bundle-program.mjs', folder()], { env: environment });
    assert.deepEqual([built.stdout, built.stderr], ['', '']);
    const names = await readdir(folder());
    assert.deepEqual(
      names.filter((name) => !/\.(js|map|code)$/.test(name)),
      ['package.json'],
    );
  });

  it('is built all the same where nothing can be streamed, and says so', async () => {
    // Nothing is written to the log without WebAssembly, which this takes away.
    const into = join(folder(), 'program');
    const without = join(folder(), 'without.cjs');
    await writeFile(without, 'delete globalThis.WebAssembly;');
    const environment = { ...process.env, NODE_OPTIONS: `--require ${without}` };
    const built = await run(process.execPath, ['deploy/scripts/bundle-program.mjs', into], { env: environment });
    assert.match(built.stderr, /WebAssembly/);
    assert.match((await run(process.execPath, [join(into, basename(program)), '--help'])).stdout, /Commands:/);
  });

  it('is built by several at the same time, and begins meanwhile', async () => {
    const inFolder = join(folder(), basename(program));
    const build = () => run(process.execPath, ['deploy/scripts/bundle-program.mjs', folder()]);
    await build();
    let isBuilt = false;
    const built = Promise.all(Array.from({ length: 3 }, build)).finally(() => (isBuilt = true));
    const begin = async () => {
      while (!isBuilt) assert.match((await run(process.execPath, [inFolder, '--help'])).stdout, /Commands:/);
    };
    await Promise.all([built, begin()]);
    const names = await readdir(folder());
    assert.deepEqual(
      names.filter((name) => name.endsWith('.new')),
      [],
    );
    const isScript = (name: string) => /-\w+\.js$/.test(name);
    assert.deepEqual(
      names.filter((name) => name.endsWith('.code')),
      names.filter(isScript).map((name) => `${name}.code`),
    );
  });
});
