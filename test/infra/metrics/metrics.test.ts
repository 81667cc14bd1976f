import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { StreamerMetrics } from '../../../commands/streamer/streamer-metrics.js';
import { processRegistry } from '../../../infra/metrics/process-registry.js';
import { serveMetrics } from '../../../infra/metrics/metrics-server.js';
import { CollectorMetrics } from '../../../projections/runner/collector-metrics.js';
import { gaugeGenerations } from '../../../query-api/health/generation-gauges.js';
import { startGateway } from '../../query-api/support/running-gateway.js';
import { World } from '../../query-api/support/world.js';
import { readExposition } from '../../support/exposition.js';
import { never } from '../../support/never.js';
import { promtool, promtoolSays } from '../../support/promtool.js';

const table = readFileSync(new URL('../../../../infra/metrics/METRICS.md', import.meta.url), 'utf8');

/** The table's rows of a process: name and type. */
const documented = (role: string): readonly string[] =>
  [...table.matchAll(/^\| `(\w+)` +\| (\w+) +\| (\w+) +\|/gm)]
    .filter(([, , , of]) => of === role)
    .map(([, name, type]) => `${name!} ${type!}`)
    .sort();

const exported = (text: string): readonly string[] =>
  [...readExposition(text)]
    .filter(([name]) => name.startsWith('telemetry_'))
    .map(([name, { type }]) => `${name} ${type}`)
    .sort();

const gatewayText = async (): Promise<string> => {
  const gateway = await startGateway(new World());
  const text = await (await fetch(`${gateway.origin}/metrics`)).text();
  await gateway.stop();
  return text;
};

const streamer = (): StreamerMetrics => new StreamerMetrics(processRegistry());

describe('metrics', () => {
  it('are documented as they are exported, for every process', async () => {
    assert.deepEqual(exported(await streamer().registry.metrics()), documented('streamer'));
    assert.deepEqual(
      exported(await new CollectorMetrics(processRegistry()).registry.metrics()),
      documented('collector'),
    );
    assert.deepEqual(exported(await gatewayText()), documented('gateway'));
  });

  it('are as Prometheus wants them', async function () {
    const tool = promtool();
    if (tool === undefined) return this.skip();
    const texts = [
      await streamer().registry.metrics(),
      await new CollectorMetrics(processRegistry()).registry.metrics(),
    ];
    for (const text of [...texts, await gatewayText()])
      assert.deepEqual(promtoolSays(tool, ['check', 'metrics'], text), { status: 0, text: '' });
  });

  it('of a streamer count what it tells, and time what it sends', async () => {
    const metrics = streamer();
    const progress = { readBytes: 1, sizeBytes: 2 };
    const appended = {
      kind: 'appended',
      path: 'a',
      segments: 2,
      bytes: 300,
      progress,
      rows: 10,
      events: 9,
      deadLetters: 1,
      deadLetterBytes: 5,
    } as const;
    metrics.report({ ...appended, how: 'applied' });
    metrics.report({ ...appended, how: 'applied-earlier' });
    metrics.report({ kind: 'waiting', message: 'etcd is slow' });
    const store = metrics.timed({
      open: () => assert.fail(),
      readCheckpoint: () => assert.fail(),
      readHeads: () => assert.fail(),
      writePlan: () => assert.fail(),
      writeLetterCounts: () => assert.fail(),
      append: () => Promise.resolve({ kind: 'unknown', failure: { kind: 'slow', message: '' } }),
    });
    await store.append({} as Parameters<typeof store.append>[0], never);
    const families = readExposition(await metrics.registry.metrics());
    const value = (name: string) => families.get(`telemetry_streamer_${name}`)!.samples.map((sample) => sample.value);
    assert.deepEqual(['rows_total', 'appended_bytes_total', 'dead_letters_total', 'waiting'].map(value), [
      [20],
      [600],
      [2],
      [1],
    ]);
    const answers = families.get('telemetry_streamer_append_answers_total')!.samples;
    assert.deepEqual(
      answers.filter(({ value }) => value > 0).map(({ labels }) => labels),
      [{ answer: 'unknown' }],
    );
    assert.equal(families.get('telemetry_streamer_append_seconds')!.samples.at(-1)?.value, 1);
  });

  it('count from zero on: what happens for the first time is a rise, too', async () => {
    const counted = async (text: Promise<string>, name: string) =>
      readExposition(await text)
        .get(`telemetry_${name}_total`)!
        .samples.map(({ labels, value }) => [Object.values(labels).join(), value]);
    const [ofStreamer, ofCollector] = [streamer(), new CollectorMetrics(processRegistry())];
    const answers = ['committed', 'refused', 'unknown'].map((answer) => [answer, 0]);
    assert.deepEqual(await counted(ofStreamer.registry.metrics(), 'streamer_append_answers'), answers);
    assert.deepEqual(await counted(ofCollector.registry.metrics(), 'collector_commit_answers'), answers);
    assert.deepEqual(await counted(ofStreamer.registry.metrics(), 'streamer_batches'), [
      ['applied', 0],
      ['applied-earlier', 0],
    ]);
    assert.deepEqual(
      await counted(ofStreamer.registry.metrics(), 'streamer_fences'),
      ['lane', 'source', 'place'].map((by) => [by, 0]),
    );
  });

  it('of a gateway tell what history has not written, by partition, what is built, and how much its caches hold', async () => {
    const world = new World();
    const gateway = await startGateway(world);
    world.append([{ uuid: 'GPU-a', at: world.now, value: 60 }]);
    const history = await fetch(`${gateway.origin}/api/v1/gpus/GPU-a/telemetry`);
    assert.equal(history.status, 200);
    const scrape = async () => readExposition(await (await fetch(`${gateway.origin}/metrics`)).text());
    const families = await scrape();
    world.silent = true;
    assert.deepEqual((await scrape()).get('telemetry_generation_lag_segments')?.samples, []);
    await gateway.stop();
    const samples = (name: string) => families.get(`telemetry_${name}`)!.samples;
    const unwritten = samples('history_unwritten_segments');
    assert.equal(unwritten.length, world.identity.partitions);
    assert.equal(
      unwritten.reduce((sum, { value }) => sum + value, 0),
      1,
    );
    const rows = world.projectionRows();
    const told = samples('generation_lag_segments').map(({ labels, value }) => [
      labels['projection'],
      labels['state'],
      value,
    ]);
    assert.deepEqual(
      told,
      rows.map(({ name, state, lag_segments }) => [name, state, lag_segments]),
    );
    assert.equal(samples('generation_partitions_done').length, rows.length);
    assert.equal(samples('gateway_decoded_events')[0]!.value, 1);
    assert.equal(samples('gateway_dictionary_series')[0]!.value, 1);
  });

  it('of a gateway tell how many bytes of answers are kept, of the models as they are', async () => {
    const world = new World();
    world.append([{ uuid: 'GPU-a', at: world.now, value: 60 }]);
    const gateway = await startGateway(world);
    const kept = async () => {
      const families = readExposition(await (await fetch(`${gateway.origin}/metrics`)).text());
      const { samples } = families.get('telemetry_gateway_kept_answer_bytes')!;
      return samples.map(({ labels, value }) => [labels['of'], value > 0]);
    };
    const of = (rest: boolean, graphql: boolean, replay: boolean) => Object.entries({ rest, graphql, replay });
    assert.deepEqual(await kept(), of(false, false, false));
    await gateway.get('/api/v1/gpus');
    assert.deepEqual(await kept(), of(true, false, false));
    await gateway.get('/api/v1/gpus');
    assert.deepEqual(await kept(), of(true, false, true), 'what was asked for again is kept as it left');
    const query = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"query":"{gpus{uuid}}"}' };
    await gateway.get('/graphql', query);
    assert.deepEqual(await kept(), of(true, true, true));
    world.append([{ uuid: 'GPU-b', at: world.now, value: 60 }]);
    await gateway.get(`/api/v1/projections?min_revision=${String(world.revision)}`);
    assert.deepEqual(await kept(), of(false, false, false));
    await gateway.stop();
  });

  it('of a gateway come without what etcd takes too long to count', async () => {
    const registry = processRegistry();
    gaugeGenerations(registry, () => new Promise(() => undefined), 10);
    assert.deepEqual(readExposition(await registry.metrics()).get('telemetry_generation_events')?.samples, []);
  });

  it('of a process without an API have a server of their own, with probes', async () => {
    let ready = false;
    const server = await serveMetrics({
      registry: streamer().registry,
      port: 0,
      listen: '127.0.0.1',
      ready: () => ready,
    });
    const status = async (path: string) => (await fetch(`${server.origin}${path}`)).status;
    assert.deepEqual([await status('/livez'), await status('/readyz'), await status('/')], [200, 503, 404]);
    ready = true;
    assert.deepEqual([await status('/readyz'), await status('/metrics')], [200, 200]);
    server.close();
    await assert.rejects(fetch(`${server.origin}/livez`));
  });
});
