import { resolve } from 'node:path';
import { cliCommand } from '../../infra/cli/cli-command.js';
import { connectionOptions, jsonOption } from '../../infra/config/common-options.js';
import { etcdEndpoints } from '../../infra/config/etcd-connection.js';
import { etcdFigures } from '../../infra/etcd-server/etcd-figures.js';
import { describeProcess, gatewayAddresses, reportProcesses } from '../../infra/supervisor/report.js';
import { runningSystem } from '../../infra/supervisor/running-system.js';

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

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
    const processes = state === undefined ? [] : reportProcesses(state, Date.now());
    const gateways = state === undefined ? [] : gatewayAddresses(state);
    const running = state !== undefined || figures !== undefined;
    if (options.json) {
      print(JSON.stringify({ processes, etcd: { endpoints, ...figures }, gateways }));
      return running ? 0 : 1;
    }
    if (state === undefined) complain(`Nothing runs on ${options.dataDir}. Start a system with: telemetry up`);
    for (const report of processes) print(describeProcess(report));
    if (figures !== undefined) {
      const used = `${mebibytes(figures.db_in_use_bytes)} of ${mebibytes(figures.quota_bytes)} in use`;
      print(`etcd ${endpoints.join(' ')}: ${used}, file ${mebibytes(figures.db_bytes)}`);
    }
    return running ? 0 : 1;
  },
});
