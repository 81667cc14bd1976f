import { clientUrl, type EtcdNode, peerUrl } from './etcd-nodes.js';

/**
 * The flags of one member. The raft snapshot is taken every 5,000 entries instead of 100,000 because etcd's memory
 * grows with what was written since the last one. A single node elects itself, so it need not wait for others: it is
 * up in 0.2 s instead of 1.6 s. Nothing is compacted by etcd itself: retention decides that.
 */
export const etcdFlags = (node: EtcdNode, cluster: readonly EtcdNode[], quotaBytes?: number): readonly string[] => [
  ...['--name', node.name],
  ...['--data-dir', node.dataDir],
  ...['--listen-client-urls', clientUrl(node)],
  ...['--advertise-client-urls', clientUrl(node)],
  ...['--listen-peer-urls', peerUrl(node)],
  ...['--initial-advertise-peer-urls', peerUrl(node)],
  ...['--initial-cluster', cluster.map((member) => `${member.name}=${peerUrl(member)}`).join(',')],
  ...['--initial-cluster-state', 'new'],
  '--snapshot-count=5000',
  ...(cluster.length === 1 ? ['--heartbeat-interval=10', '--election-timeout=100'] : []),
  ...(quotaBytes === undefined ? [] : [`--quota-backend-bytes=${String(quotaBytes)}`]),
  '--logger=zap',
  '--log-outputs=stderr',
];
