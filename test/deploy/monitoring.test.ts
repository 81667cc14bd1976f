import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { StreamerMetrics } from '../../commands/streamer/streamer-metrics.js';
import { slowdownLimit } from '../../domain/health-signals.js';
import { knownMetrics } from '../../domain/metrics.js';
import { processRegistry } from '../../infra/metrics/process-registry.js';
import { CollectorMetrics } from '../../projections/runner/collector-metrics.js';
import { startGateway } from '../query-api/support/running-gateway.js';
import { World } from '../query-api/support/world.js';
import { readExposition } from '../support/exposition.js';
import { promtool, promtoolSays } from '../support/promtool.js';

const deploy = new URL('../../../deploy/', import.meta.url);
const alerts = fileURLToPath(new URL('prometheus/alerts.yaml', deploy));
const dashboards = readdirSync(new URL('grafana/', deploy)).map(
  (name) => [name, readFileSync(new URL(`grafana/${name}`, deploy), 'utf8')] as const,
);

interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly {
    readonly id: number;
    readonly targets: readonly { readonly expr: string }[];
    readonly fieldConfig: {
      readonly defaults: {
        readonly unit?: string;
        readonly thresholds?: { readonly steps: readonly { readonly color: string; readonly value: number | null }[] };
      };
    };
  }[];
}

/** Names of metrics in an expression; those of histograms without their ending. */
const namesIn = (expression: string): readonly string[] =>
  [...expression.matchAll(/\b(?:telemetry_|gpu_telemetry_|DCGM_|nodejs_)\w+/g)].map(([name]) =>
    name.replace(/_bucket$/, ''),
  );

/** Every name that some process exports; a fleet exports what its exporters sample, XIDs too. */
const exported = async (): Promise<ReadonlySet<string>> => {
  const world = new World();
  const gateway = await startGateway(world);
  const own = await (await fetch(`${gateway.origin}/metrics`)).text();
  await gateway.stop();
  const texts = [own, await new StreamerMetrics(processRegistry()).registry.metrics()];
  texts.push(await new CollectorMetrics(processRegistry()).registry.metrics());
  const sampled = [...knownMetrics.map(({ metric }) => metric), 'DCGM_FI_DEV_XID_ERRORS', 'gpu_telemetry_status'];
  return new Set([...texts.flatMap((text) => [...readExposition(text).keys()]), ...sampled]);
};

describe('dashboards and alerts', () => {
  it('name only metrics that are exported', async () => {
    const known = await exported();
    const texts = [...dashboards.map(([, text]) => text), readFileSync(alerts, 'utf8')];
    const named = texts.flatMap(namesIn);
    assert.ok(named.length > 50);
    assert.deepEqual(
      named.filter((name) => !known.has(name)),
      [],
    );
  });

  for (const [name, text] of dashboards)
    it(`${name} is a dashboard: every panel has a number of its own and asks something`, () => {
      const { uid, title, panels } = JSON.parse(text) as Dashboard;
      assert.ok(uid.startsWith('gpu-telemetry-') && title.length > 0);
      assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
      for (const { targets } of panels) assert.ok(targets.length > 0 && targets.every(({ expr }) => expr.length > 0));
    });

  it('calls hot what the health of a GPU calls so', () => {
    const limits = [...readFileSync(alerts, 'utf8').matchAll(/DCGM_FI_DEV_GPU_TEMP >= (\d+)/g)].map(
      ([, limit]) => limit,
    );
    assert.deepEqual(limits, [String(slowdownLimit)]);
    const steps = dashboards.flatMap(([, text]) =>
      (JSON.parse(text) as Dashboard).panels.flatMap(({ fieldConfig }) => {
        const { unit, thresholds } = fieldConfig.defaults;
        return unit === 'celsius' ? (thresholds?.steps ?? []) : [];
      }),
    );
    assert.deepEqual(
      steps.filter(({ color }) => color === 'red').map(({ value }) => value),
      [slowdownLimit],
    );
  });

  it('has rules that Prometheus takes', function () {
    const tool = promtool();
    if (tool === undefined) return this.skip();
    const { status, text } = promtoolSays(tool, ['check', 'rules', alerts]);
    assert.equal(status, 0, text);
  });
});
