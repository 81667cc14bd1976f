import { withTimeLimit } from '../../domain/time-limit.js';
import { getPage } from './get-page.js';

/** How full an etcd is, in bytes. */
export interface EtcdFigures {
  readonly db_bytes: number;
  readonly db_in_use_bytes: number;
  readonly quota_bytes: number;
}

const names = {
  db_bytes: 'etcd_mvcc_db_total_size_in_bytes',
  db_in_use_bytes: 'etcd_mvcc_db_total_size_in_use_in_bytes',
  quota_bytes: 'etcd_server_quota_backend_bytes',
} as const;

/** One sample of a Prometheus page, whose lines are `name value`; undefined when it is not there. */
const sample = (page: string, name: string): number | undefined => {
  const line = page.split('\n').find((candidate) => candidate.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length + 1));
};

const figuresOf = async (endpoint: string, withinMs: number, signal: AbortSignal): Promise<EtcdFigures> => {
  const page = await withTimeLimit(signal, withinMs, (limit) => getPage(`${endpoint}/metrics`, limit));
  const [db, inUse, quota] = Object.values(names).map((name) => sample(page, name));
  if (db === undefined || inUse === undefined || quota === undefined) throw new Error(`${endpoint} does not tell them`);
  return { db_bytes: db, db_in_use_bytes: inUse, quota_bytes: quota };
};

const usuallyWithinMs = 5_000;

/**
 * Reads etcd's own metrics page, of all members at once: the first that answers with all figures counts, so that one
 * that hangs is waited for by nobody. Undefined when none does within `withinMs` milliseconds.
 */
export const etcdFigures = async (
  endpoints: readonly string[],
  withinMs = usuallyWithinMs,
): Promise<EtcdFigures | undefined> => {
  const others = new AbortController();
  try {
    return await Promise.any(endpoints.map((endpoint) => figuresOf(endpoint, withinMs, others.signal)));
  } catch {
    return undefined;
  } finally {
    others.abort();
  }
};
