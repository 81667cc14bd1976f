import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import openapiTS, { astToString } from 'openapi-typescript';
import { type RunningGateway, startGateway } from './support/running-gateway.js';
import { World } from './support/world.js';

const run = promisify(execFile);
const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');

/** What a team writes on top of the client that was generated for it: types and values are checked by the compiler. */
const program = `
import createClient from 'openapi-fetch';
import type { components, paths } from './api.js';

const client = createClient<paths>({ baseUrl: process.argv[2]! });

const gpus = await client.GET('/api/v1/gpus', { params: { query: { status: 'active', limit: 10 } } });
const all: components['schemas']['Gpu'][] = gpus.data!.data;

const { data } = await client.GET('/api/v1/gpus/{uuid}/telemetry', {
  params: { path: { uuid: all[0]!.uuid }, query: { metrics: 'power_draw', order: 'desc', limit: 1 } },
});
const watts: number | null | undefined = data!.data[0]!.power_draw;
const next: string | undefined = data!.next_cursor;

const stats = await client.GET('/api/v1/clusters/{c}/stats', { params: { path: { c: all[0]!.cluster_id } } });
const total: number | null = stats.data!.data.totals.power_draw;

const refused = await client.GET('/api/v1/gpus/{uuid}', { params: { path: { uuid: 'GPU-nobody' } } });
const problem: components['schemas']['Problem'] = refused.error!;

// @ts-expect-error there is no such status
await client.GET('/api/v1/gpus', { params: { query: { status: 'splendid' } } });

console.log(JSON.stringify({ uuids: all.map(({ uuid }) => uuid), watts, next, total, code: problem.code, status: problem.status }));
`;

describe('a client that is generated from the OpenAPI document', function () {
  this.timeout(300_000);
  const world = new World();
  let gateway: RunningGateway;
  let folder: string;

  before(async () => {
    const power = 'DCGM_FI_DEV_POWER_USAGE';
    world.append(
      ['GPU-a', 'GPU-b'].map((uuid, g) => {
        return { uuid, index: String(g), at: '2025-07-18T20:42:34Z', metric: power, value: 70.5 + g };
      }),
    );
    gateway = await startGateway(world);
    // Below this package, so that its libraries are found.
    folder = await mkdtemp(join(dirname(fileURLToPath(import.meta.url)), 'generated-'));
  });
  after(async () => {
    await gateway.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('compiles under strict rules, and gets what is there', async () => {
    const types = astToString(await openapiTS(new URL(`${gateway.origin}/swagger/swagger.json`)));
    await writeFile(join(folder, 'api.ts'), types);
    await writeFile(join(folder, 'program.ts'), program);
    const options = ['--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--skipLibCheck'];
    const target = ['--target', 'es2022', '--module', 'nodenext', '--types', 'node', '--ignoreConfig'];
    await run(process.execPath, [compiler, ...options, ...target, join(folder, 'program.ts')]).catch((error: unknown) =>
      assert.fail((error as { stdout: string }).stdout),
    );
    const { stdout } = await run(process.execPath, [join(folder, 'program.js'), gateway.origin]);
    assert.deepEqual(JSON.parse(stdout), {
      uuids: ['GPU-a', 'GPU-b'],
      watts: 70.5,
      total: 142,
      code: 'not-found',
      status: 404,
    });
  });
});
