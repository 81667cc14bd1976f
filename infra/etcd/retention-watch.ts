import { setTimeout as pause } from 'node:timers/promises';
import { type Etcd3 } from 'etcd3';
import { type MaintenanceReport } from '../../domain/maintenance-report.js';
import { type Keys } from './keys.js';
import { readMaintenanceReport } from './maintenance-report-store.js';

/** As often as it is written. */
const everyMs = 5_000;
const patienceMs = 2_000;

/** Reads now and then what retention found last. */
export class EtcdRetentionWatch {
  #report: MaintenanceReport | undefined;

  /** Undefined before its first answer, and where nobody has kept the store bounded yet. */
  get report(): MaintenanceReport | undefined {
    return this.#report;
  }

  /** Until the signal aborts. An etcd that does not answer leaves what was read last. */
  async run(client: Etcd3, keys: Keys, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const read = await readMaintenanceReport(client, keys, signal, patienceMs).catch(() => undefined);
      this.#report = read ?? this.#report;
      await pause(everyMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
