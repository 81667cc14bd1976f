import { resolve } from 'node:path';
import { cliCommand } from '../../infra/cli/cli-command.js';
import { whenAborted } from '../../infra/cli/when-aborted.js';
import { dataDirOption, embeddedEtcdOptions } from '../../infra/config/common-options.js';
import { clientUrl, reserveEtcdNodes } from '../../infra/etcd-server/etcd-nodes.js';
import { findEtcd } from '../../infra/etcd-server/find-etcd.js';
import { startEtcd } from '../../infra/etcd-server/start-etcd.js';

export const command = cliCommand({
  summary: 'Run the embedded etcd alone, in the foreground, with its data in --data-dir.',
  options: { ...dataDirOption, ...embeddedEtcdOptions },
  run: async (options, { signal, environment, print, complain }) => {
    const dataDir = resolve(options.dataDir);
    const found = await findEtcd({ environment, given: options.etcdBin, dataDir, onDownload: complain, signal });
    if (!found.found) {
      complain(`No usable etcd: ${found.reasons.join('; ')}. ${found.advice}`);
      return 1;
    }
    const reserved = await reserveEtcdNodes(dataDir, 1);
    if (reserved.kind !== 'reserved') {
      complain(reserved.message);
      return reserved.kind === 'other-size' ? 2 : 1;
    }
    reserved.moved.forEach(complain);
    const node = reserved.nodes[0]!;
    const binary = found.binary.path;
    const start = await startEtcd({ binary, node, quotaBytes: options.etcdQuota, onLog: complain, signal });
    if (start.kind !== 'started') {
      if (signal.aborted) return 0;
      complain(start.message);
      return 1;
    }
    print(`etcd (${binary}) runs as process ${String(start.server.pid)} at ${clientUrl(node)}`);
    const end = await Promise.race([whenAborted(signal), start.server.ended]);
    if (end === undefined) {
      await start.server.stop();
      return 0;
    }
    complain(`etcd ended by itself with exit code ${String(end.code)}.`);
    return 1;
  },
});
