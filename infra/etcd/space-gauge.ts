import { type Etcd3 } from 'etcd3';
import { type StoreSpace } from '../../domain/store-space.js';
import { type EtcdFigures, etcdFigures } from '../etcd-server/etcd-figures.js';
import { cancellable } from './cancellable.js';
import { type EtcdFailure, failureOf } from './failure.js';

export interface SpaceGaugeOptions {
  readonly client: Etcd3;
  readonly endpoints: readonly string[];
  /** What the operator says; undefined asks etcd's metrics. */
  readonly quotaBytes: number | undefined;
}

type Answer =
  | { readonly kind: 'answered'; readonly value: StoreSpace }
  | { readonly kind: 'unknown'; readonly failure: EtcdFailure };

/** etcd's own default. */
const defaultQuotaBytes = 2 * 2 ** 30;

const fullest = (members: readonly EtcdFigures[], quotaBytes: number | undefined): StoreSpace => ({
  usedBytes: Math.max(...members.map((member) => member.db_in_use_bytes)),
  fileBytes: Math.max(...members.map((member) => member.db_bytes)),
  quotaBytes: quotaBytes ?? Math.min(...members.map((member) => member.quota_bytes)),
});

/** From one member's status: where its metrics cannot be had, as behind certificates. It does not tell the quota. */
const byStatus = async (client: Etcd3, quotaBytes = defaultQuotaBytes): Promise<StoreSpace> => {
  const status: { readonly dbSize: string; readonly dbSizeInUse?: string } = await client.maintenance.status();
  return { usedBytes: Number(status.dbSizeInUse ?? status.dbSize), fileBytes: Number(status.dbSize), quotaBytes };
};

/** Asks all members for their figures. One try with a deadline; rejects only when `signal` aborts. */
export const spaceGauge = ({
  client,
  endpoints,
  quotaBytes,
}: SpaceGaugeOptions): { read(signal: AbortSignal): Promise<Answer> } => ({
  read: async (signal: AbortSignal): Promise<Answer> => {
    const asked = endpoints.map((endpoint) => etcdFigures([endpoint]));
    const members = (await cancellable(Promise.all(asked), signal)).filter((member) => member !== undefined);
    if (members.length > 0) return { kind: 'answered', value: fullest(members, quotaBytes) };
    try {
      return { kind: 'answered', value: await cancellable(byStatus(client, quotaBytes), signal) };
    } catch (error) {
      signal.throwIfAborted();
      return { kind: 'unknown', failure: failureOf(error) };
    }
  },
});
