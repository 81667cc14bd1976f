import { resolve } from 'node:path';
import { cliCommand } from '../../infra/cli/cli-command.js';
import { connectionOptions, jsonOption } from '../../infra/config/common-options.js';
import { etcdEndpoints } from '../../infra/config/etcd-connection.js';
import { etcdFigures } from '../../infra/etcd-server/etcd-figures.js';
import { describeProcess } from '../../infra/supervisor/report.js';
import { runningSystem } from '../../infra/supervisor/running-system.js';
import { systemStatus, type SystemStatus } from '../../infra/supervisor/system-status.js';

const mebibytes = (bytes = 0): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

const describe = ({ processes, etcd, log, dead_letters }: SystemStatus): readonly string[] => [
  ...processes.map(describeProcess),
  ...(etcd.db_bytes === undefined
    ? []
    : [
        `etcd ${etcd.endpoints.join(' ')}: ${mebibytes(etcd.db_in_use_bytes)} of ${mebibytes(etcd.quota_bytes)} in use, file ${mebibytes(etcd.db_bytes)}`,
      ]),
  ...(log === undefined
    ? []
    : [`log: ${String(log.events)} events in ${String(log.segments)} segments, ${String(dead_letters)} dead letters`]),
];

export const command = cliCommand({
  summary: 'Show what runs, where it listens and how full etcd is.',
  notes: 'Exits 1 when nothing runs.',
  options: { ...connectionOptions, ...jsonOption },
  run: async (given, { print, complain }) => {
    const options = { ...given, dataDir: resolve(given.dataDir) };
    const state = await runningSystem(options.dataDir);
    const found = await etcdEndpoints({ ...options, etcd: options.etcd ?? state?.etcd.endpoints });
    const endpoints = found._tag === 'Right' ? found.right : [];
    const figures = await etcdFigures(endpoints);
    const status = systemStatus({ state, endpoints, figures, store: undefined, now: Date.now() });
    if (options.json) print(JSON.stringify(status));
    else describe(status).forEach(print);
    if (state !== undefined || figures !== undefined) return 0;
    complain(`Nothing runs on ${options.dataDir}. Start a system with: telemetry up`);
    return 1;
  },
});
