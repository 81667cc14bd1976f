import { resolve } from 'node:path';
import { plural } from '../../domain/quantities.js';
import { cliCommand } from '../../infra/cli/cli-command.js';
import { dataDirOption, jsonOption } from '../../infra/config/common-options.js';
import { flag } from '../../infra/config/option.js';
import { etcdAtWork, type Purged, purgeDataFolder } from '../../infra/supervisor/purge.js';
import { stopSystem } from '../../infra/supervisor/stop-system.js';

const nothingPurged: Purged = { removed: [], stayed: [] };

export const command = cliCommand({
  summary: 'Stop the system of --data-dir in order: streamers, collectors, gateways, etcd.',
  options: {
    ...dataDirOption,
    purge: flag('--purge', 'also remove its data: the embedded etcd, logs and state'),
    ...jsonOption,
  },
  run: async (options, { print, complain }) => {
    const dataDir = resolve(options.dataDir);
    const outcome = await stopSystem(dataDir);
    const holder = options.purge ? await etcdAtWork(dataDir) : undefined;
    if (holder !== undefined) {
      complain(`An etcd runs on ${dataDir} (process ${String(holder)}). Stop it first: nothing is removed.`);
      return 1;
    }
    const { removed, stayed } = options.purge ? await purgeDataFolder(dataDir) : nothingPurged;
    if (options.json) {
      print(JSON.stringify({ stopped: outcome.kind === 'stopped', purged: options.purge }));
      return 0;
    }
    if (outcome.kind === 'stopped') print(`The system on ${dataDir} is stopped.`);
    else if (outcome.orphans > 0)
      print(`Ended ${plural(outcome.orphans, 'process', 'processes')} of a supervisor that was killed.`);
    else print(`Nothing runs on ${dataDir}.`);
    if (removed.length > 0) print(`Its data is removed.`);
    else if (options.purge) print(`There is no data of a system to remove.`);
    if (stayed.length > 0) complain(`Not from telemetry, and left in ${dataDir}: ${stayed.join(', ')}`);
    return 0;
  },
});
