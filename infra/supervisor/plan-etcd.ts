import { type Either, left, right } from 'fp-ts/lib/Either.js';
import { etcdConnection } from '../config/etcd-connection.js';
import { clientUrl, reserveEtcdNodes } from '../etcd-server/etcd-nodes.js';
import { findEtcd } from '../etcd-server/find-etcd.js';
import { type ChildProgram } from './child-program.js';
import { etcdChild } from './etcd-child.js';
import { startWithinMs } from './until-ready.js';
import { type UpOptions } from './up-options.js';

/** The etcd of a system: one that runs elsewhere, or the members that the supervisor runs. */
export interface EtcdPlan {
  readonly endpoints: readonly string[];
  readonly embedded: boolean;
  readonly programs: readonly ChildProgram[];
}

/** Milliseconds that a member has to become healthy: a little less than everything has, so that it is heard why it hangs. */
const readyWithinMs = startWithinMs - 5_000;

/** Finds what `up` needs to know of etcd before it starts anything; left is a sentence for people. */
export const planEtcd = async (
  options: UpOptions,
  environment: NodeJS.ProcessEnv,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<Either<string, EtcdPlan>> => {
  if (options.etcd !== undefined) {
    const reached = await etcdConnection(options, signal);
    return reached._tag === 'Left' ? reached : right({ endpoints: options.etcd, embedded: false, programs: [] });
  }
  const { dataDir, etcdBin: given, etcdQuota: quotaBytes } = options;
  const found = await findEtcd({ environment, given, dataDir, onDownload: say, signal });
  if (!found.found) return left(`No usable etcd: ${found.reasons.join('; ')}. ${found.advice}`);
  const reserved = await reserveEtcdNodes(dataDir, options.etcdNodes === '3' ? 3 : 1);
  if (reserved.kind !== 'reserved') return left(reserved.message);
  reserved.moved.forEach(say);
  const cluster = reserved.nodes;
  const binary = found.binary.path;
  const programs = cluster.map((node) => etcdChild({ binary, node, cluster, quotaBytes, readyWithinMs }));
  return right({ endpoints: cluster.map(clientUrl), embedded: true, programs });
};
