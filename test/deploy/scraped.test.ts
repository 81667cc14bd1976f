import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { freePort } from '../../infra/processes/free-port.js';
import { onSearchPath } from '../../infra/processes/search-path.js';
import { eventually } from '../support/eventually.js';
import { full } from '../support/full-counts.js';
import { promtool, promtoolSays } from '../support/promtool.js';
import { systemIn } from '../support/system-in.js';
import { useTempFolder } from '../support/temp-folder.js';

interface Panel {
  readonly title: string;
  readonly description: string;
  readonly targets: readonly { readonly expr: string }[];
}

interface Group {
  readonly rules: readonly { readonly name: string; readonly health: string }[];
}

interface Asked {
  readonly panel: string;
  readonly expression: string;
  /** Its panel says that there may be nothing. */
  readonly mayBeEmpty: boolean;
}

/** Every expression of the dashboards, with Grafana's variables as they would be here. */
const expressions = (): readonly Asked[] =>
  readdirSync(resolve('deploy/grafana')).flatMap((name) => {
    const { panels } = JSON.parse(readFileSync(resolve('deploy/grafana', name), 'utf8')) as { panels: Panel[] };
    return panels.flatMap(({ title, description, targets }) =>
      targets.map(({ expr }) => ({
        panel: `${name}: ${title}`,
        mayBeEmpty: description.startsWith('Empty '),
        expression: expr
          .replaceAll('$cluster', 'local-cluster')
          .replaceAll('$host', 'dgx-h100-001')
          .replaceAll('$__rate_interval', '10s'),
      })),
    );
  });

describe('a Prometheus that scrapes a running system', function () {
  this.timeout(300_000);
  const folder = useTempFolder();
  const system = systemIn(() => join(folder(), 'data'));
  let prometheus: ChildProcess | undefined;

  afterEach(async () => {
    if (prometheus?.exitCode === null) {
      const ended = once(prometheus, 'exit');
      prometheus.kill();
      await ended;
    }
  });

  it('takes every process, and finds what each panel of the dashboards and each alert asks for', async function () {
    const [binary, tool] = [onSearchPath('prometheus', process.env), promtool()];
    if (!full || binary === undefined || tool === undefined) return this.skip();
    const source = ['--source', resolve('data/dcgm_metrics_sample.csv'), '--loop', '--restamp', '--speed', '1x'];
    await system.run('up', ...source, '--detach', '--port', '0');
    try {
      const { processes, etcd } = await system.status();
      const hostOf = (address: string): string => new URL(address).host;
      const of = (role: string): readonly string[] =>
        processes
          .filter((one) => one.role === role)
          .flatMap((one) => (one['addresses'] as readonly string[]).map(hostOf));
      const scraped = {
        ...{ streamers: of('streamer'), collectors: of('collector'), gateways: of('gateway') },
        etcd: etcd.endpoints.map(hostOf),
      };
      const jobs = Object.entries(scraped).map(([job_name, targets]) => ({ job_name, static_configs: [{ targets }] }));
      const gpus = { metrics_path: '/metrics/gpu', honor_labels: true, static_configs: [{ targets: of('gateway') }] };
      const config = {
        global: { scrape_interval: '2s', evaluation_interval: '2s' },
        rule_files: [resolve('deploy/prometheus/alerts.yaml')],
        scrape_configs: [...jobs, { job_name: 'gpus', ...gpus }],
      };
      writeFileSync(join(folder(), 'prometheus.yaml'), JSON.stringify(config));
      const listens = `127.0.0.1:${String(await freePort())}`;
      const files = [`--config.file=${folder()}/prometheus.yaml`, `--storage.tsdb.path=${folder()}/tsdb`];
      prometheus = spawn(binary, [...files, `--web.listen-address=${listens}`], { stdio: 'ignore' });
      const ask = async (path: string): Promise<Record<string, unknown[]>> => {
        const answer = await fetch(`http://${listens}/api/v1/${path}`);
        const { data, error } = (await answer.json()) as { data?: Record<string, unknown[]>; error?: string };
        if (!data) throw new Error(error);
        return data;
      };
      const found = async (expression: string): Promise<number> =>
        (await ask(`query?query=${encodeURIComponent(expression)}`))['result']!.length;
      const all = Object.values(scraped).flat().length + 1;
      await eventually('all are scraped for a while', async () => {
        const often = await found('count_over_time(up[1m]) >= 7').catch(() => 0);
        return often === all;
      });
      assert.equal(await found('up == 1'), all, 'all of them are taken');
      for (const { panel, expression, mayBeEmpty } of expressions())
        assert.ok((await found(expression)) > 0 || mayBeEmpty, `${panel}: ${expression}`);
      const { groups } = (await ask('rules')) as { groups: Group[] };
      const rules = groups.flatMap((group) => group.rules);
      assert.ok(rules.length > 10);
      assert.deepEqual(
        rules.filter(({ health }) => health !== 'ok'),
        [],
      );
      const own = [...scraped.streamers, ...scraped.collectors, ...scraped.gateways];
      for (const host of own) {
        const text = await (await fetch(`http://${host}/metrics`)).text();
        assert.deepEqual(promtoolSays(tool, ['check', 'metrics'], text), { status: 0, text: '' }, host);
      }
    } finally {
      await system.run('down', '--purge');
    }
  });
});
