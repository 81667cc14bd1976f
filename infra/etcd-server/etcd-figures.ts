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

const answerWithinMs = 5_000;

/** Reads etcd's own metrics page; undefined when no member answers with all figures within 5 s. */
export const etcdFigures = async (endpoints: readonly string[]): Promise<EtcdFigures | undefined> => {
  for (const endpoint of endpoints) {
    const page = await getPage(`${endpoint}/metrics`, answerWithinMs).catch(() => '');
    const [db, inUse, quota] = Object.values(names).map((name) => sample(page, name));
    if (db === undefined || inUse === undefined || quota === undefined) continue;
    return { db_bytes: db, db_in_use_bytes: inUse, quota_bytes: quota };
  }
  return undefined;
};
