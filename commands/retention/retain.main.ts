import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../domain/error-message.js';
import { instantOfMillis } from '../../domain/instant.js';
import { decodeSegmentHeader } from '../../domain/segment/decode.js';
import { ArchiveFolder } from '../../infra/archive/archive-folder.js';
import { type OpenStore } from '../../infra/config/open-store.js';
import { type RetentionSettings } from '../../infra/config/retention-options.js';
import { type EtcdMembers } from '../../infra/etcd/etcd-members.js';
import { EtcdLogReader } from '../../infra/etcd/log-reader.js';
import { writeMaintenanceReport } from '../../infra/etcd/maintenance-report-store.js';
import { claimWork } from '../../infra/etcd/work-claim.js';
import { EtcdTrimStore } from '../../infra/etcd/trim-store.js';
import { EtcdModelTrimStore } from '../../infra/etcd/model-trim-store.js';
import { retainedAge, retainedBound } from '../../projections/retained-age.js';
import { LogArchiver } from '../archive/log-archiver.js';
import { type LogNow } from '../archive/fork.js';
import { archivedOnly } from './archived-only.js';
import { maintain } from './maintain.js';
import { type RetentionOptions, usualRetention } from './retention-options.js';
import { type RetentionPorts } from './retention-ports.js';
import { reportOf } from './report-of.js';

export interface Retaining {
  /** Goes by this name in the claim. */
  readonly holder: string;
  readonly leaseSeconds: number;
  /** How many the log has. */
  readonly partitions: number;
  /** By whom etcd itself is compacted, defragmented and disarmed; undefined where it may not be. */
  readonly upkeep: EtcdMembers | undefined;
  /** The log as it stands. Throws when etcd does not answer. */
  readonly logNow: (signal: AbortSignal) => Promise<LogNow>;
  readonly notice: (text: string) => void;
}

const optionsOf = (settings: RetentionSettings): RetentionOptions => ({
  ...usualRetention,
  log: settings.logRetention,
  logAgeMs: settings.logMaxAge,
  history: settings.historyRetention,
  historyAgeMs: settings.historyMaxAge,
});

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal }).catch(() => undefined);

/** Milliseconds before it is begun again after a failure that nothing here can mend. */
const againMs = 10_000;

/**
 * The background work of retention until the signal aborts, whenever nobody else does it. A failure of it is told and
 * does not end the process: what matters to the process itself, it finds out itself.
 */
export const retain = async (
  { client, keys }: OpenStore,
  members: EtcdMembers,
  settings: RetentionSettings,
  { holder, leaseSeconds, partitions, upkeep, logNow, notice }: Retaining,
  signal: AbortSignal,
): Promise<void> => {
  const log = new EtcdLogReader(client, keys, partitions);
  const trims = new EtcdTrimStore(client, keys, partitions);
  const archive =
    settings.archive === undefined
      ? undefined
      : new LogArchiver({ archive: new ArchiveFolder(settings.archive), log, now: logNow, pause, notice });
  const ports: RetentionPorts = {
    log,
    decodeHeader: decodeSegmentHeader,
    trims: archive === undefined ? trims : archivedOnly(trims, archive),
    ...(archive && { archive }),
    models: {
      store: new EtcdModelTrimStore(client, keys),
      sizes: (record, until) => new EtcdModelTrimStore(client, keys).sizes(record, until),
      ageOf: retainedAge,
      boundOf: retainedBound,
    },
    watch: members,
    upkeep,
    claim: (until) => claimWork(client, keys.maintenanceClaim, holder, leaseSeconds, until),
    report: (found, until) =>
      writeMaintenanceReport(
        client,
        keys,
        reportOf(found, holder, archive?.before, instantOfMillis(Date.now())),
        until,
      ),
    notice,
    clock: () => performance.now(),
    now: () => Date.now(),
    pause,
  };
  while (!signal.aborted) {
    try {
      await maintain(ports, optionsOf(settings), signal);
    } catch (error) {
      if (signal.aborted) return;
      notice(`Retention has failed and is begun again: ${messageOf(error)}`);
      await pause(againMs, signal);
    }
  }
};
