import { type Gpu } from './feed-messages.js';

/** A host, whatever else there is to say of it. */
type Host = Pick<Gpu, 'cluster' | 'hostname'>;

/** What hosts are called: by their hostnames, with the cluster where another cluster has a host of the same. */
export const hostNames = (hosts: Iterable<Host>): ((host: Host) => string) => {
  const clusters = new Map<string, string>();
  const shared = new Set<string>();
  for (const { cluster, hostname } of hosts) {
    const known = clusters.get(hostname);
    if (known === undefined) clusters.set(hostname, cluster);
    else if (known !== cluster) shared.add(hostname);
  }
  return ({ cluster, hostname }) => (shared.has(hostname) ? `${hostname} · ${cluster}` : hostname);
};
