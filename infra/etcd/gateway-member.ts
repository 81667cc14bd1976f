import { setTimeout as pause } from 'node:timers/promises';
import { type Etcd3 } from 'etcd3';
import { GatewayAnnouncement } from '../../domain/gateway-announcement.js';
import { cancellable } from './cancellable.js';
import { type Keys } from './keys.js';
import { LeaseSession } from './lease-session.js';
import { toJson } from './stored-json.js';
import { transact } from './transaction.js';

const lookEveryMs = 100;

/**
 * Announces a gateway until the signal aborts, and again whenever what it says has changed or its lease was lost. Bears
 * whatever etcd does: what nobody hears of delays the deletion of old generations, and no more.
 */
export const announceGateway = async (
  client: Etcd3,
  keys: Keys,
  leaseSeconds: number,
  describe: () => GatewayAnnouncement,
  signal: AbortSignal,
): Promise<void> => {
  while (!signal.aborted) {
    const session = await LeaseSession.grant(client, leaseSeconds, signal).catch(() => undefined);
    if (session !== undefined) {
      await keepAnnouncing(client, keys, session, describe, signal);
      await session.revoke();
    }
    // A lease that is refused, or lost at once, is asked for again a moment later.
    await pause(lookEveryMs, undefined, { signal }).catch(() => undefined);
  }
};

const keepAnnouncing = async (
  client: Etcd3,
  keys: Keys,
  session: LeaseSession,
  describe: () => GatewayAnnouncement,
  signal: AbortSignal,
): Promise<void> => {
  let said: Buffer | undefined;
  while (!signal.aborted && !session.lost.aborted) {
    const announcement = describe();
    const value = toJson(GatewayAnnouncement, announcement);
    if (said === undefined || !value.equals(said)) {
      const put = { kind: 'put', key: keys.member('gateway', announcement.id), value, lease: session.id } as const;
      const sent = cancellable(transact(client, { compares: [], operations: [put] }), signal);
      const answer = await sent.catch(() => undefined);
      if (answer?.kind === 'done') said = value;
    }
    await pause(lookEveryMs, undefined, { signal }).catch(() => undefined);
  }
};
