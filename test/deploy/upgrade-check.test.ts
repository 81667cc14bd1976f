import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../infra/processes/free-port.js';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { type Edit, otherBuild } from '../support/other-build.js';
import { runTelemetry, startTelemetry } from '../support/telemetry.js';

const root = new URL('../../../', import.meta.url);
const script = readFileSync(new URL('deploy/helm/gpu-telemetry/files/refuse-lower-versions.mjs', root), 'utf8');
const second: Edit = { file: 'projections/versions.document.js', from: 'gpu: 1,', to: 'gpu: 2,' };

/** As the hook of the chart runs it, in the folder of a build. */
const check = async (folder: string, environment: NodeJS.ProcessEnv) => {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    ...{ cwd: folder, env: { PATH: process.env['PATH'], ...environment } },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, said };
};

describe('the check before an upgrade', function () {
  this.timeout(300_000);
  const etcd = etcdForSuite();

  it('R2: lets the program through that has the versions served, or higher ones, and no program with lower ones', async () => {
    const here = fileURLToPath(root);
    const newer = await otherBuild([second]);
    const folder = dirname(dirname(dirname(newer.script)));
    const store = { TELEMETRY_ETCD: etcd().endpoint, TELEMETRY_PREFIX: freshPrefix() };
    const nothing = await check(here, store);
    assert.equal(nothing.code, 0, nothing.said);

    const collector = startTelemetry(['collect', '--log-level', 'warn'], store, 'ignore', newer.script);
    try {
      await eventually('version 2 is active', async () => {
        const { stdout } = await runTelemetry(['projections', 'list', '--json'], store);
        const rows = JSON.parse(stdout || '[]') as { name: string; version: number; state: string }[];
        return rows.some(({ name, version, state }) => name === 'gpu' && version === 2 && state === 'active');
      });
      const same = await check(folder, store);
      assert.equal(same.code, 0, same.said);
      const lower = await check(here, store);
      assert.equal(lower.code, 1);
      assert.match(
        lower.said,
        /gpu is served in version 2; this program has version 1\.\nRefused: nothing has been changed/,
      );
    } finally {
      collector.child.kill('SIGTERM');
      await collector.ended;
      await newer.remove();
    }
  });

  it('refuses when etcd cannot be asked, and says how to go on without it', async () => {
    const nobody = `http://127.0.0.1:${String(await freePort())}`;
    const { code, said } = await check(join(fileURLToPath(root)), { TELEMETRY_ETCD: nobody });
    assert.equal(code, 1);
    assert.match(said, /etcd is unreachable/);
    assert.match(said, /--no-hooks/);
  });
});
