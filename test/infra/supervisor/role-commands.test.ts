import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { accessArguments } from '../../../infra/config/access-options.js';
import { gatewayTlsArguments } from '../../../infra/config/gateway-tls-options.js';
import { retentionArguments } from '../../../infra/config/retention-options.js';
import {
  collectorCommand,
  gatewayCommand,
  type RoleSettings,
  streamerCommand,
} from '../../../infra/supervisor/role-commands.js';
import { gatewayAddresses, reportProcesses } from '../../../infra/supervisor/process-report.js';
import { streamersBusy } from '../../../infra/supervisor/streamers-busy.js';
import { type ProcessState, type SystemState } from '../../../infra/supervisor/system-state.js';
import { systemStatus } from '../../../infra/supervisor/system-status.js';

const settings: RoleSettings = {
  endpoints: ['http://127.0.0.1:1', 'http://127.0.0.1:2'],
  prefix: '/t/',
  cluster: 'c',
  dataDir: '/d',
  logLevel: 'info',
  etcdUsername: undefined,
  etcdCa: '/ca.pem',
  etcdCert: undefined,
  etcdKey: undefined,
};
const connection = '--etcd http://127.0.0.1:1,http://127.0.0.1:2 --prefix /t/ --data-dir /d --log-level info';

describe('the commands of the roles', () => {
  it('give every streamer every source, behind -- so that no name is taken for an option', () => {
    const stream = { sources: ['a.csv', '-b.csv'], loop: true, restamp: true, speed: '10x' };
    const { role, name, args } = streamerCommand(2, settings, stream);
    assert.deepEqual([role, name], ['streamer', 'streamer-2']);
    assert.equal(
      args.join(' '),
      `stream --name streamer-2 ${connection} --etcd-ca /ca.pem --cluster c --loop --restamp --speed 10x --metrics-port 0 -- a.csv -b.csv`,
    );
  });

  it('give collectors what is kept, the folder of an archive from wherever they run', () => {
    const kept = { kind: 'bytes', bytes: 5 } as const;
    const given = {
      ...{ logRetention: kept, logMaxAge: undefined, historyRetention: kept, historyMaxAge: undefined },
      ...{ etcdMaintenanceUsername: 'root', etcdMaintenancePassword: 'hidden' },
    };
    const args = retentionArguments({ ...given, archive: 'kept', etcdMaintenance: true });
    assert.deepEqual(args.slice(-5, -2), ['--archive', resolve('kept'), '--etcd-maintenance']);
    // The password goes by the environment, which every process of the system has.
    assert.deepEqual(args.slice(-2), ['--etcd-maintenance-username', 'root']);
    assert.ok(!retentionArguments({ ...given, archive: undefined, etcdMaintenance: true }).includes('--archive'));
  });

  it('give gateways who may ask them, but no token, and the files of https from wherever they run', () => {
    const access = {
      ...{ corsOrigin: ['https://a.example', 'https://b.example'], allowedHost: ['gpus.example.com'] },
      ...{ rateLimit: 0, connectionLimit: undefined, trustedProxies: 1, maxHistorySpan: 86_400_000 },
      ...{ disableIntrospection: true, disableGraphiql: false, readToken: ['hidden'], adminToken: 'hidden' },
    };
    const tls = gatewayTlsArguments({ tlsCert: 'tls.crt', tlsKey: '/run/tls.key' });
    const { args } = gatewayCommand(1, 8080, '::1', settings, [...accessArguments(access), ...tls]);
    assert.deepEqual(args.slice(args.indexOf('--cors-origin')), [
      ...['--cors-origin', 'https://a.example', 'https://b.example', '--allowed-host', 'gpus.example.com'],
      ...['--rate-limit', '0', '--trusted-proxies', '1', '--max-history-span', '86400000ms'],
      '--disable-introspection',
      ...['--tls-cert', resolve('tls.crt'), '--tls-key', '/run/tls.key'],
    ]);
    assert.ok(!args.join(' ').includes('hidden'));
  });

  it('give each gateway its port', () => {
    const second = gatewayCommand(2, 8082, '127.0.0.1', settings);
    assert.match(second.args.join(' '), /^serve --name gateway-2 .* --listen 127\.0\.0\.1 --port 8082$/);
    assert.match(collectorCommand(3, settings).args.join(' '), /^collect --name collector-3 --etcd /);
  });
});

describe('the report of what runs', () => {
  const process = (more: Partial<ProcessState>): ProcessState => ({
    ...{ role: 'streamer', name: 'streamer-1', state: 'running', restarts: 0, addresses: [] },
    ...more,
  });
  const state = (...processes: ProcessState[]): SystemState => ({
    ...{ version: 1, phase: 'ready', supervisor: { pid: 1, startTime: 'x' }, control: '/c', prefix: '/t/', processes },
    etcd: { endpoints: ['http://e:1'], embedded: true },
  });

  it('has pid, uptime and restarts, and what a process says of itself without hiding these', () => {
    const identity = { pid: 7, startTime: 'x' };
    const details = { rate: 5, state: 'lying', pid: 8 };
    const [report] = reportProcesses(state(process({ identity, details, started_at: 1_000, restarts: 2 })), 4_900);
    assert.deepEqual(report, {
      ...{ role: 'streamer', name: 'streamer-1', pid: 7, state: 'running', uptime_seconds: 3, restarts: 2, rate: 5 },
    });
  });

  it('has no rate of what does not run or is silent, and says for how long it is', () => {
    const identity = { pid: 7, startTime: 'x' };
    const details = { events: 5, events_per_second: 9 };
    const reports = reportProcesses(
      state(
        process({ identity, details }),
        process({ identity, details, silent_seconds: 8 }),
        process({ details, state: 'ended' }),
      ),
      0,
    );
    assert.deepEqual(
      reports.map(({ events, events_per_second: rate, silent_seconds: silent }) => [events, rate, silent]),
      [
        [5, 9, undefined],
        [5, undefined, 8],
        [5, undefined, undefined],
      ],
    );
  });

  it('lists gateways, and leaves out what the store did not tell', () => {
    const gateway = process({ role: 'gateway', name: 'gateway-1', addresses: ['http://g:1'] });
    assert.deepEqual(gatewayAddresses(state(gateway)), ['http://g:1']);
    const parts = {
      state: undefined,
      endpoints: ['http://e:1'],
      space: undefined,
      alarmed: false,
      store: undefined,
      now: 0,
    };
    assert.deepEqual(systemStatus(parts), { processes: [], etcd: { endpoints: ['http://e:1'] }, gateways: [] });
  });

  it('says how far a collector is behind: the segments of its partitions that are in the log and not folded', () => {
    const identity = { pid: 7, startTime: 'x' };
    const collector = (name: string, partitions: number[], more: Partial<ProcessState> = { identity }) =>
      process({ role: 'collector', name, details: { partitions, waiting_segments: 0 }, ...more });
    const parts = { endpoints: [], space: undefined, alarmed: false, now: 0 };
    const running = state(
      ...[collector('collector-1', [0, 2]), collector('collector-2', [1]), collector('collector-3', [1], {})],
      process({ identity }),
    );
    const books = {
      log: { partitions: 3, lanes: 1, segments: 9, events: 9 },
      head: '9',
      projections: [],
      dead_letters: 0,
    };
    const { processes, ...rest } = systemStatus({
      ...{ ...parts, state: running, store: { ...books, partition_lags: [5, 0, 300] } },
    });
    assert.deepEqual(
      processes.map((report) => report['lag_segments']),
      [305, 0, undefined, undefined],
    );
    assert.equal('partition_lags' in rest, false);
    const unknown = systemStatus({ ...parts, state: running, store: undefined }).processes[0];
    assert.equal(unknown?.['lag_segments'], undefined, 'where the store does not tell');
  });

  it('L8: says how full etcd is, and that it is full also when nothing tells how full', () => {
    const parts = { state: undefined, endpoints: ['http://e:1'], store: undefined, now: 0 };
    const space = { usedBytes: 90, fileBytes: 92, quotaBytes: 100 };
    const { advice, ...nearly } = systemStatus({ ...parts, space, alarmed: false }).etcd;
    assert.deepEqual(nearly, {
      ...{ endpoints: ['http://e:1'], db_bytes: 92, db_in_use_bytes: 90, quota_bytes: 100, state: 'nearly-full' },
    });
    assert.match(advice!, /streamers wait/);
    const { advice: help, ...full } = systemStatus({ ...parts, space: undefined, alarmed: true }).etcd;
    assert.deepEqual(full, { endpoints: ['http://e:1'], state: 'full' });
    assert.match(help!, /^etcd is full and takes no writes\. Delete keys .*etcdctl alarm disarm/);
  });

  it('says whether a streamer still has sources that end', () => {
    assert.equal(streamersBusy(undefined), false);
    assert.equal(streamersBusy(state(process({ state: 'ended' }))), false);
    assert.equal(streamersBusy(state(process({ details: { endless: true } }))), false);
    assert.equal(streamersBusy(state(process({ state: 'ended' }), process({ state: 'restarting' }))), true);
  });
});
