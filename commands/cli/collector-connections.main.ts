import { type OpenStore } from '../../infra/config/open-store.js';
import { etcdUser, type Renewal } from '../../infra/config/etcd-connection.js';
import { type RetentionSettings } from '../../infra/config/retention-options.js';
import { createClient, type EtcdAddress } from '../../infra/etcd/client.js';
import { EtcdMembers } from '../../infra/etcd/etcd-members.js';
import { Keys } from '../../infra/etcd/keys.js';
import { lineTo, type TransactionLine } from '../../infra/etcd/line/transaction-line.js';

/** What tells how a collector reaches etcd, and whom it may maintain. */
export type CollectorReach = RetentionSettings & {
  readonly prefix: string;
  readonly etcd: readonly string[] | undefined;
  readonly etcdQuota: number | undefined;
};

/** How a collector reaches etcd. Whoever opens it closes it. */
export interface CollectorConnections {
  readonly store: OpenStore;
  /** For commits; undefined where the client serves as well. */
  readonly line: TransactionLine | undefined;
  readonly members: EtcdMembers;
  /** By whom etcd itself is maintained; undefined where it may not be. */
  readonly upkeep: EtcdMembers | undefined;
  close(): void;
}

/** The members as the user that may maintain them; undefined where none is named. */
const maintenanceOf = (address: EtcdAddress, settings: CollectorReach, renewal: Renewal): EtcdMembers | undefined => {
  const { etcdMaintenanceUsername: username, etcdMaintenancePassword: password, etcdQuota } = settings;
  if (username === undefined) return undefined;
  const user = etcdUser(username, password, 'etcdMaintenancePassword', renewal);
  return new EtcdMembers({ ...address, user }, etcdQuota);
};

export const connectCollector = (
  address: EtcdAddress,
  settings: CollectorReach,
  renewal: Renewal,
): CollectorConnections => {
  const store = { client: createClient(address), keys: new Keys(settings.prefix) };
  const line = lineTo(address);
  const members = new EtcdMembers(address, settings.etcdQuota);
  const maintenance = maintenanceOf(address, settings, renewal);
  // An etcd that was not named is the embedded one of the data folder.
  const maintains = settings.etcdMaintenance || settings.etcd === undefined;
  return {
    ...{ store, line, members },
    upkeep: maintenance ?? (maintains ? members : undefined),
    close: () => {
      members.close();
      maintenance?.close();
      line?.close();
      store.client.close();
    },
  };
};
