import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { accessSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { useTempFolder } from '../support/temp-folder.js';
import { promtool, promtoolSays } from '../support/promtool.js';
import { complaintsOfProgram } from './support/program-options.js';

const deploy = new URL('../../../deploy/', import.meta.url);
const folder = new URL('compose/', deploy);
const read = (path: string): string => readFileSync(new URL(path, deploy), 'utf8');

interface Service {
  readonly image: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly user?: string;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly networks?: readonly string[];
  readonly network_mode?: string;
  readonly cap_add?: readonly string[];
  readonly restart?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly healthcheck?: object;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly deploy: {
    readonly replicas?: number;
    readonly resources: { readonly limits: Readonly<Record<string, string>> };
  };
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
  readonly volumes: Readonly<Record<string, object>>;
}

const { services, networks, volumes } = parse(read('compose/compose.yaml'), { merge: true }) as Compose;
const all = Object.entries(services);
const isEtcd = (name: string): boolean => /^etcd-\d$/.test(name);
/** What gives etcd's volumes to its user, and ends. */
const owning = 'etcd-volumes';
/** Where Prometheus finds the read token of the gateways. */
const tokenFile = '/tmp/read-token';
const roles = { streamer: 'stream', collector: 'collect', gateway: 'serve' };

/** As compose reads a text when nothing is set: `${NAME:-this}`. */
const unset = (text: string): string => text.replace(/\$\{\w+:-([^}]*)\}/g, '$1');

describe('the compose file', () => {
  const temporary = useTempFolder();

  it('has three etcd, every role, Prometheus and Grafana', () => {
    const expected = [owning, 'etcd-1', 'etcd-2', 'etcd-3', ...Object.keys(roles), 'prometheus', 'grafana'];
    assert.deepEqual(Object.keys(services).sort(), expected.sort());
    for (const role of ['collector', 'gateway']) assert.ok(services[role]!.deploy.replicas! >= 2);
  });

  it('publishes no port of etcd, a streamer or a collector, and the others on loopback alone', () => {
    const published = all.filter(([, { ports }]) => ports !== undefined);
    assert.deepEqual(published.map(([name]) => name).sort(), ['gateway', 'grafana', 'prometheus']);
    for (const port of published.flatMap(([, { ports }]) => ports!)) assert.match(port, /^127\.0\.0\.1:/);
  });

  it('keeps what is not published on a network with no way out', () => {
    assert.equal(networks['inside']?.internal, true);
    assert.equal(services[owning]!.network_mode, 'none');
    for (const [name, { networks: mine, ports }] of all.filter(([name]) => name !== owning))
      assert.deepEqual(mine, ports === undefined ? ['inside'] : ['inside', 'outside'], name);
  });

  it('lets nothing write its root file system, keep a capability or gain a privilege', () => {
    for (const [name, { read_only, cap_drop, security_opt }] of all) {
      assert.equal(read_only, true, name);
      assert.deepEqual(cap_drop, ['ALL'], name);
      assert.deepEqual(security_opt, ['no-new-privileges:true'], name);
    }
  });

  it('runs nothing as root but what gives etcd its volumes, which may nothing else and ends', () => {
    for (const [name, { user, cap_add: added, restart }] of all)
      if (name === owning) assert.deepEqual([user, added, restart], ['0:0', ['CHOWN'], 'no']);
      else {
        assert.match(user!, /^[1-9]\d*:\d+$/, name);
        assert.equal(added, undefined, name);
      }
    const { entrypoint, volumes: mounted } = services[owning]!;
    const [uid, ...folders] = entrypoint!.slice(2);
    const members = all.filter(([name]) => isEtcd(name));
    for (const [name, { user, depends_on: after }] of members) {
      assert.equal(user, `${uid!}:${uid!}`, name);
      assert.deepEqual(after, { [owning]: { condition: 'service_completed_successfully' } }, name);
    }
    assert.deepEqual(
      mounted!.slice(1),
      members.map(([name], index) => `${name}:${folders[index]!}`),
    );
  });

  it('gives volumes, and what root has written into them, to the user of etcd with that capability alone', async function () {
    if (process.getuid?.() !== 0 || spawnSync('setpriv', ['--version']).status !== 0) return this.skip();
    const [fresh, used] = [join(temporary(), 'fresh'), join(temporary(), 'used')];
    await mkdir(fresh);
    // As an etcd has left it that ran as root.
    await mkdir(join(used, 'data', 'member'), { recursive: true, mode: 0o700 });
    await writeFile(join(used, 'data', 'member', 'db'), 'kept', { mode: 0o600 });
    const own = () => {
      const only = ['--bounding-set=-all,+chown', '--inh-caps=-all,+chown', '--no-new-privs', process.execPath];
      const script = fileURLToPath(new URL('own-volumes.mjs', folder));
      return spawnSync('setpriv', [...only, script, '65532', fresh, used], { encoding: 'utf8' });
    };
    for (const time of ['first', 'second']) {
      const { status, stderr } = own();
      assert.equal(status, 0, `${time}: ${stderr}`);
    }
    for (const path of [fresh, used, join(used, 'data'), join(used, 'data', 'member', 'db')]) {
      const { uid, gid } = await stat(path);
      assert.deepEqual([uid, gid], [65_532, 65_532], path);
    }
    assert.equal(await readFile(join(used, 'data', 'member', 'db'), 'utf8'), 'kept');
  });

  it('limits processor and memory, and has images of an exact version', () => {
    for (const [name, { deploy: deployed, image }] of all) {
      assert.ok(deployed.resources.limits['cpus'] && deployed.resources.limits['memory'], name);
      assert.match(image, /:v?\d+\.\d+\.\d+$/, name);
    }
    const { version } = JSON.parse(read('../package.json')) as { version: string };
    for (const role of Object.keys(roles)) assert.equal(services[role]!.image, `gpu-telemetry:${version}`);
  });

  it('has the etcd of the chart', () => {
    const { etcd } = parse(read('helm/gpu-telemetry/values.yaml')) as {
      etcd: { image: { repository: string; tag: string } };
    };
    for (const [name, { image }] of all.filter(([name]) => isEtcd(name)))
      assert.equal(image, `${etcd.image.repository}:${etcd.image.tag}`, name);
  });

  it('makes one cluster of the etcd members, each with a volume of its own', () => {
    const members = all.filter(([name]) => isEtcd(name));
    const cluster = members.map(([name]) => `${name}=http://${name}:2380`).join(',');
    for (const [name, { environment, volumes: mounted }] of members) {
      assert.equal(environment!['ETCD_INITIAL_CLUSTER'], cluster);
      assert.equal(environment!['ETCD_NAME'], name);
      assert.equal(environment!['ETCD_ADVERTISE_CLIENT_URLS'], `http://${name}:2379`);
      assert.equal(environment!['ETCD_INITIAL_ADVERTISE_PEER_URLS'], `http://${name}:2380`);
      assert.deepEqual(mounted, [`${name}:/var/lib/etcd`]);
    }
  });

  it('tells each role options that it has, with values that it takes, and the members that there are', async () => {
    for (const [role, command] of Object.entries(roles)) {
      const { command: words, environment, build } = services[role]!;
      assert.equal(words![0], command);
      const told = Object.fromEntries(Object.entries(environment!).map(([name, text]) => [name, unset(text)]));
      assert.deepEqual(await complaintsOfProgram(command, words!.slice(1), told), []);
      assert.equal(told['TELEMETRY_ETCD'], 'http://etcd-1:2379,http://etcd-2:2379,http://etcd-3:2379');
      accessSync(new URL(build!.dockerfile, new URL(`${build!.context}/`, folder)));
    }
  });

  it('mounts only what there is, and waits for what is healthy', () => {
    for (const [name, service] of all) {
      for (const volume of service.volumes ?? []) {
        const [from] = unset(volume).split(':') as [string];
        if (from.startsWith('.')) accessSync(new URL(from, folder));
        else assert.ok(volumes[from], `${name}: ${from}`);
        if (from.startsWith('.')) assert.match(volume, /:ro$/, name);
      }
      for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
        if (other === owning) continue;
        assert.equal(condition, 'service_healthy');
        assert.ok(services[other]!.healthcheck, other);
      }
    }
  });

  it('gives Grafana the dashboards and the Prometheus of this system, and lets nobody change them', () => {
    const { datasources } = parse(read('compose/grafana/datasources.yaml')) as { datasources: { url: string }[] };
    assert.deepEqual(
      datasources.map(({ url }) => url),
      ['http://prometheus:9090'],
    );
    const { providers } = parse(read('compose/grafana/dashboards.yaml')) as {
      providers: { options: { path: string } }[];
    };
    const path = providers[0]!.options.path;
    assert.ok(services['grafana']!.volumes!.includes(`../grafana:${path}:ro`));
    const { GF_AUTH_ANONYMOUS_ORG_ROLE: who, GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: home } =
      services['grafana']!.environment!;
    assert.equal(who, 'Viewer');
    accessSync(new URL(home!.replace(path, 'grafana'), deploy));
  });
});

describe('the configuration of Prometheus', () => {
  it('scrapes every role and etcd, each where it listens', () => {
    const text = read('prometheus/prometheus.yaml');
    for (const role of Object.keys(roles)) assert.match(text, new RegExp(`names: \\[${role}\\]`));
    for (const member of Object.keys(services).filter(isEtcd)) assert.ok(text.includes(`${member}:2381`));
    assert.match(text, /metrics_path: \/metrics\/gpu/);
  });

  it('sends the read token of the gateways with its request for GPUs, from the file that its container writes', () => {
    const { scrape_configs: jobs } = parse(read('prometheus/prometheus.yaml')) as {
      scrape_configs: { job_name: string; authorization?: { credentials_file: string } }[];
    };
    assert.equal(jobs.find(({ job_name }) => job_name === 'gpus')!.authorization?.credentials_file, tokenFile);
    const { entrypoint, command, environment, tmpfs } = services['prometheus']!;
    assert.deepEqual(tmpfs, [dirname(tokenFile)]);
    assert.match(environment!['TELEMETRY_READ_TOKEN']!, /^\$\{TELEMETRY_READ_TOKEN:-\w+\}$/);
    assert.match(services['gateway']!.environment!['TELEMETRY_READ_TOKEN']!, /^\$\{TELEMETRY_READ_TOKEN:-\}$/);
    // The script itself, with a folder and a program that are here.
    const folder = mkdtempSync(join(tmpdir(), 'gpu-telemetry-prometheus-'));
    const [shell, ...words] = entrypoint!.map((word) =>
      word.replaceAll('$$', '$').replace(tokenFile, join(folder, 'token')).replace('/bin/prometheus', 'echo'),
    );
    const told = execFileSync(shell!, [...words, ...command!], {
      env: { ...process.env, TELEMETRY_READ_TOKEN: 's e$c' },
    });
    assert.equal(told.toString().trim(), command!.join(' '));
    assert.equal(readFileSync(join(folder, 'token'), 'utf8'), 's e$c');
    assert.equal(statSync(join(folder, 'token')).mode & 0o077, 0);
    rmSync(folder, { recursive: true });
  });

  it('is one that Prometheus takes, its rules too', function () {
    const tool = promtool();
    if (tool === undefined) return this.skip();
    // Only in its container is there a token: here it has another file, beside the rules.
    const place = fileURLToPath(new URL('prometheus/', deploy));
    const folder = mkdtempSync(join(tmpdir(), 'gpu-telemetry-prometheus-'));
    const token = join(folder, 'read-token');
    writeFileSync(token, 'secret');
    writeFileSync(join(folder, 'alerts.yaml'), readFileSync(join(place, 'alerts.yaml')));
    const config = read('prometheus/prometheus.yaml');
    assert.ok(config.includes(tokenFile));
    writeFileSync(join(folder, 'prometheus.yaml'), config.replace(tokenFile, token));
    const { status, text } = promtoolSays(tool, ['check', 'config', join(folder, 'prometheus.yaml')]);
    rmSync(folder, { recursive: true });
    assert.equal(status, 0, text);
  });
});
