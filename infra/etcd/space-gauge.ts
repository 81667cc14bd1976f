import { type Etcd3 } from 'etcd3';
import { type StoreSpace } from '../../domain/store-space.js';
import { type StoreAnswer } from '../../domain/store-answer.js';
import { type EtcdFigures, etcdFigures } from '../etcd-server/etcd-figures.js';
import { cancellable } from './cancellable.js';
import { failureOf } from './failure.js';

export interface SpaceGaugeOptions {
  readonly client: Etcd3;
  readonly endpoints: readonly string[];
  /** What the operator says; undefined asks etcd's metrics. */
  readonly quotaBytes: number | undefined;
}

/** etcd's own default. */
const defaultQuotaBytes = 2 * 2 ** 30;

/** Milliseconds for the figures of one member: appends wait for them. */
const answerWithinMs = 500;

const fullest = (members: readonly EtcdFigures[]): StoreSpace => ({
  usedBytes: Math.max(...members.map((member) => member.db_in_use_bytes)),
  fileBytes: Math.max(...members.map((member) => member.db_bytes)),
  quotaBytes: Math.min(...members.map((member) => member.quota_bytes)),
});

/** From one member's status: where its metrics cannot be had, as behind certificates. It does not tell the quota. */
const byStatus = async (client: Etcd3): Promise<Omit<StoreSpace, 'quotaBytes'>> => {
  const status: { readonly dbSize: string; readonly dbSizeInUse?: string } = await client.maintenance.status();
  return { usedBytes: Number(status.dbSizeInUse ?? status.dbSize), fileBytes: Number(status.dbSize) };
};

/**
 * Asks all members for their figures. Those that do not answer are left out while others do, since a cluster goes on
 * without them; and who did not answer is asked again, but not waited for: a member that hangs holds appends up once.
 */
class Members {
  readonly #silent = new Set<string>();

  constructor(private readonly endpoints: readonly string[]) {}

  async figures(): Promise<readonly EtcdFigures[]> {
    const asked = this.endpoints.map((endpoint) => ({
      isAwaited: !this.#silent.has(endpoint),
      told: this.#ask(endpoint),
    }));
    const those = async (isAwaited: boolean): Promise<readonly EtcdFigures[]> => {
      const told = await Promise.all(asked.filter((one) => one.isAwaited === isAwaited).map((one) => one.told));
      return told.filter((figures) => figures !== undefined);
    };
    const awaited = await those(true);
    return awaited.length > 0 ? awaited : those(false);
  }

  async #ask(endpoint: string): Promise<EtcdFigures | undefined> {
    const figures = await etcdFigures([endpoint], answerWithinMs);
    if (figures === undefined) this.#silent.add(endpoint);
    else this.#silent.delete(endpoint);
    return figures;
  }
}

/** Tells how full the fullest member is. One try with a deadline; rejects only when `signal` aborts. */
export const spaceGauge = ({
  client,
  endpoints,
  quotaBytes,
}: SpaceGaugeOptions): { read(signal: AbortSignal): Promise<StoreAnswer<StoreSpace>> } => {
  const members = new Members(endpoints);
  /** As a member's metrics told it last. */
  let knownQuota = defaultQuotaBytes;
  const read = async (): Promise<StoreSpace> => {
    const told = await members.figures();
    if (told.length === 0) return { ...(await byStatus(client)), quotaBytes: quotaBytes ?? knownQuota };
    const space = fullest(told);
    knownQuota = space.quotaBytes;
    return { ...space, quotaBytes: quotaBytes ?? knownQuota };
  };
  return {
    read: async (signal: AbortSignal): Promise<StoreAnswer<StoreSpace>> => {
      try {
        return { kind: 'answered', value: await cancellable(read(), signal) };
      } catch (error) {
        signal.throwIfAborted();
        return { kind: 'unknown', failure: failureOf(error) };
      }
    },
  };
};
