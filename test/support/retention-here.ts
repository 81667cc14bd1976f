import { setTimeout as sleep } from 'node:timers/promises';
import { maintain } from '../../commands/retention/maintain.js';
import { type RetentionOptions, usualRetention } from '../../commands/retention/retention-options.js';
import { type RetentionPorts } from '../../commands/retention/retention-ports.js';
import { reportOf } from '../../commands/retention/report-of.js';
import { type Instant } from '../../domain/instant.js';
import { decodeSegmentHeader } from '../../domain/segment/decode.js';
import { createClient } from '../../infra/etcd/client.js';
import { EtcdMembers } from '../../infra/etcd/etcd-members.js';
import { type Keys } from '../../infra/etcd/keys.js';
import { EtcdLogReader } from '../../infra/etcd/log-reader.js';
import { writeMaintenanceReport } from '../../infra/etcd/maintenance-report-store.js';
import { EtcdModelTrimStore } from '../../infra/etcd/model-trim-store.js';
import { retainedAge, retainedBound } from '../../projections/retained-age.js';
import { claimWork } from '../../infra/etcd/work-claim.js';
import { EtcdTrimStore } from '../../infra/etcd/trim-store.js';

export interface TestRetention {
  readonly notices: readonly string[];
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

let holders = 0;

/** The background work of retention within the test's process, with connections of its own. */
export const retentionHere = (
  endpoints: readonly string[],
  keys: Keys,
  partitions: number,
  options: Partial<RetentionOptions> = {},
  disturb: (ports: RetentionPorts) => RetentionPorts = (ports) => ports,
): TestRetention => {
  const client = createClient({ endpoints });
  const members = new EtcdMembers({ endpoints }, undefined);
  const models = new EtcdModelTrimStore(client, keys);
  const stop = new AbortController();
  const notices: string[] = [];
  const holder = `retention-${String(++holders)}`;
  const ports: RetentionPorts = {
    log: new EtcdLogReader(client, keys, partitions),
    decodeHeader: decodeSegmentHeader,
    trims: new EtcdTrimStore(client, keys, partitions),
    models: {
      store: models,
      sizes: (record, signal) => models.sizes(record, signal),
      ageOf: retainedAge,
      boundOf: retainedBound,
    },
    watch: members,
    upkeep: members,
    claim: (signal) => claimWork(client, keys.maintenanceClaim, holder, 2, signal),
    report: (found, signal) =>
      writeMaintenanceReport(client, keys, reportOf(found, holder, undefined, 0n as Instant), signal),
    notice: (text) => void notices.push(text),
    clock: () => performance.now(),
    now: () => Date.now(),
    pause: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
  };
  const ended = maintain(disturb(ports), { ...usualRetention, ...options }, stop.signal).finally(() => {
    client.close();
    members.close();
  });
  ended.catch(() => undefined);
  return {
    notices,
    ended,
    stop: async () => {
      stop.abort();
      await ended;
    },
  };
};
