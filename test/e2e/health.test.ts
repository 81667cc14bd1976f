import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { ask } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { longHeader, longRow } from '../support/source-texts.js';
import { runTelemetry } from '../support/telemetry.js';

type Json = Readonly<Record<string, unknown>>;

const second = (n: number): string => `2025-07-18T20:42:${String(n).padStart(2, '0')}Z`;
const xid = 'DCGM_FI_DEV_XID_ERRORS';
const singleBit = 'DCGM_FI_DEV_ECC_SBE_VOL_TOTAL';
const doubleBit = 'DCGM_FI_DEV_ECC_DBE_VOL_TOTAL';
const temperature = 'DCGM_FI_DEV_GPU_TEMP';
const reasons = 'DCGM_FI_DEV_CLOCK_THROTTLE_REASONS';

/** A metric of a GPU, second by second; GPUs 0 to 3 are of host-a, the others of host-b. */
const course = (gpu: number, metric_name: string, values: readonly number[], from = 0): string[] =>
  values.map((value, n) =>
    longRow({
      ...{
        timestamp: second(from + n),
        metric_name,
        uuid: `GPU-${gpu}`,
        gpu_id: String(gpu % 4),
        value: String(value),
      },
      ...{ Hostname: gpu < 4 ? 'host-a' : 'host-b', device: `nvidia${gpu % 4}` },
    }),
  );
const csv = (...rows: readonly string[]): string => [longHeader, ...rows, ''].join('\n');

const first = csv(
  ...course(0, xid, [0, 79, 79, 0, 0]),
  ...course(1, singleBit, [0, 2, 2, 3, 3]),
  ...course(1, doubleBit, [0, 0, 1, 1, 1]),
  ...course(2, temperature, [80, 88, 91, 85, 84]),
  ...course(4, temperature, [70, 71, 72, 73, 90]),
  ...course(5, reasons, [1, 0, 8 + 64, 8, 0]),
  ...course(6, xid, [0, 0, 0, 0, 0]),
);
const more = csv(...course(6, xid, [31, 31, 0], 5), ...course(4, temperature, [89, 80, 79], 5));

/** What is wrong by the first file: GPU, kind, cause, code, first and last second, count, samples, whether it goes on. */
const wanted = [
  ['GPU-0', 'xid', null, 79, 1, 2, 1, 2, false],
  ['GPU-1', 'ecc_single_bit', 'volatile', null, 1, 1, 2, 1, false],
  ['GPU-2', 'temperature', null, null, 1, 2, 1, 2, false],
  ['GPU-1', 'ecc_double_bit', 'volatile', null, 2, 2, 1, 1, false],
  ['GPU-5', 'throttle', 'hw_slowdown', null, 2, 3, 1, 2, false],
  ['GPU-5', 'throttle', 'hw_thermal_slowdown', null, 2, 2, 1, 1, false],
  ['GPU-1', 'ecc_single_bit', 'volatile', null, 3, 3, 1, 1, false],
  ['GPU-4', 'temperature', null, null, 4, 4, 1, 1, true],
];

const inShort = ({ uuid, kind, cause, code, first_seen, last_seen, count, samples, ongoing }: Json) => {
  const [from, to] = [first_seen, last_seen].map((time) => Number(String(time).slice(17, 19)));
  return [uuid, kind, cause, code, from, to, count, samples, ongoing];
};

describe('an export in which GPUs fail', function () {
  this.timeout(300_000);
  let folder: string;
  let origin: string;
  const here = (): string[] => ['--data-dir', join(folder, 'data')];
  const caughtUp = async () => {
    const run = await runTelemetry(['verify', '--wait', '120s', '--json', ...here()]);
    assert.equal(run.code, 0, run.stdout + run.stderr);
  };
  const events = async (query = '') =>
    (await ask<Json[]>(origin, `/api/v1/health/events?state=over&limit=1000${query}`)).data;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gpu-telemetry-health-'));
    await writeFile(join(folder, 'first.csv'), first);
    await writeFile(join(folder, 'more.csv'), more);
    // The file is of long ago, and its GPUs are not to count as missing for that.
    const patient = { TELEMETRY_STALE_AFTER: '24h', TELEMETRY_MISSING_AFTER: '48h' };
    const up = ['up', '--source', join(folder, 'first.csv'), '--detach', '--port', '0', ...here()];
    const run = await runTelemetry(up, patient);
    assert.equal(run.code, 0, run.stderr);
    const status = await runTelemetry(['status', '--json', ...here()]);
    origin = (JSON.parse(status.stdout) as { gateways: string[] }).gateways[0]!;
    await caughtUp();
  });

  after(async () => {
    await runTelemetry(['down', '--purge', ...here()]);
    await rm(folder, { recursive: true, force: true });
  });

  it('P2: every failure is an event with its times and its count, and stays when the GPU is well again', async () => {
    const { data } = await ask<Json[]>(origin, '/api/v1/health/events');
    assert.deepEqual(data.map(inShort), wanted);
    const health = await ask<Json>(origin, '/api/v1/gpus/GPU-1/health');
    assert.deepEqual(
      (health.data['conditions'] as Json[]).map(({ kind, count }) => [kind, count]),
      [
        ['ecc_single_bit', 3],
        ['ecc_double_bit', 1],
      ],
    );
    const well = await ask<Json>(origin, '/api/v1/gpus/GPU-6/health');
    assert.deepEqual([well.data['healthy'], well.data['events']], [true, []]);
  });

  it('R4, R5: subscribers hear what begins and what is over; a rebuild makes the same and tells nobody', async () => {
    const told: Json[] = [];
    const client = createClient({ url: `${origin.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket });
    const query = 'subscription { gpuHealthEvents { change event { id uuid kind } } }';
    const onError = (error: unknown) => void told.push({ error });
    client.subscribe<{ gpuHealthEvents: Json }>(
      { query },
      { next: ({ data }) => void told.push(data!.gpuHealthEvents), error: onError, complete: () => undefined },
    );
    const heard = async (n: number) => {
      await writeFile(join(folder, `probe-${n}.csv`), csv(...course(7, xid, [n + 1, 0], 10 + 2 * n)));
      await stream(`probe-${n}.csv`);
    };
    const stream = async (name: string) => {
      const run = await runTelemetry(['stream', join(folder, name), '--cluster', 'local-cluster', ...here()]);
      assert.equal(run.code, 0, run.stderr);
      await caughtUp();
    };
    let probes = 0;
    await eventually('the subscription is there', async () => {
      await heard(probes++);
      return told.length > 0;
    });
    await stream('more.csv');
    // What came of the probes is told whenever it is: more than one of them may have been heard.
    const ofOthers = () => told.filter(({ event }) => (event as Json)['uuid'] !== 'GPU-7');
    await eventually('it has been told', () => ofOthers().length >= 3);
    const said = ofOthers().map(({ change, event }) => [change, (event as Json)['uuid'], (event as Json)['kind']]);
    assert.deepEqual(
      said.sort((a, b) => (String(a) < String(b) ? -1 : 1)),
      [
        ['began', 'GPU-6', 'xid'],
        ['ended', 'GPU-4', 'temperature'],
        ['ended', 'GPU-6', 'xid'],
      ],
    );
    const before = await events();
    const reset = await runTelemetry(['projections', 'reset', 'health', '--wait', '--json', ...here()]);
    assert.equal(reset.code, 0, reset.stderr);
    await eventually('the gateway answers from it', async () => {
      const list = await ask<Json[]>(origin, '/api/v1/projections');
      return list.data.some(({ name, generation }) => name === 'health' && generation === '2');
    });
    assert.deepEqual(await events(), before);
    const earlier = told.length;
    await heard(probes++);
    await eventually('what is new is told', () => told.length >= earlier + 2);
    assert.deepEqual(
      told.slice(earlier).map(({ change, event }) => [change, (event as Json)['uuid']]),
      [
        ['began', 'GPU-7'],
        ['ended', 'GPU-7'],
      ],
    );
    const verified = await runTelemetry(['projections', 'verify', 'health', '--json', ...here()]);
    const verdict = JSON.parse(verified.stdout) as { ok: boolean; compared: number };
    assert.deepEqual([verified.code, verdict.ok], [0, true], verified.stderr);
    assert.equal(verdict.compared, 7);
    await client.dispose();
  });
});
