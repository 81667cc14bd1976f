import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { type Etcd3 } from 'etcd3';
import { createClient } from '../../infra/etcd/client.js';
import { Keys } from '../../infra/etcd/keys.js';
import { EtcdLaneClaims } from '../../infra/etcd/lane-claims.js';
import { LeaseSession } from '../../infra/etcd/lease-session.js';
import { EtcdReplayStore } from '../../infra/etcd/replay-store.js';
import { SeenLog } from '../../infra/etcd/seen-log.js';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';

/** Seconds of a lease that is seen to be given back: longer than anything here waits, so that none goes by itself. */
const lasting = 3_600;

describe('leases that are asked for', () => {
  const etcd = etcdForSuite();
  let direct: Etcd3;
  let proxy: TcpProxy;
  let client: Etcd3;
  before(async () => {
    direct = createClient({ endpoints: etcd().endpoints });
    proxy = await startTcpProxy(Number(new URL(etcd().endpoint).port));
    client = createClient({ endpoints: [proxy.endpoint] });
    // So that it is connected.
    await client.get('nothing');
  });
  after(async () => {
    direct.close();
    client.close();
    await proxy.close();
  });

  const leases = async (): Promise<number> => (await direct.leaseClient.leaseLeases()).leases.length;

  const asked: Readonly<Record<string, (signal: AbortSignal) => Promise<unknown>>> = {
    'for a claim that lasts': (signal) => LeaseSession.grant(client, lasting, signal),
    'for a lane': (signal) => new EtcdLaneClaims(client, new Keys(freshPrefix()), 'me', lasting).claim(signal),
    'for a lane, ahead': (signal) => {
      const claims = new EtcdLaneClaims(client, new Keys(freshPrefix()), 'me', lasting);
      claims.ask(signal);
      return new Promise((resolve) => signal.addEventListener('abort', resolve)).then(() => claims.end());
    },
    'for the reading again of dead letters': (signal) => {
      const keys = new Keys(freshPrefix());
      return new EtcdReplayStore(client, keys, 'me', lasting, new SeenLog(keys)).claim(signal);
    },
  };
  for (const [purpose, ask] of Object.entries(asked))
    it(`are given back where nobody wants them any more when they are there: ${purpose}`, async () => {
      const stopping = new AbortController();
      const { leaseClient } = client;
      const grant = leaseClient.leaseGrant.bind(leaseClient);
      let hear: () => void = () => undefined;
      const heard = new Promise<void>((resolve) => (hear = resolve));
      leaseClient.leaseGrant = async (...of) => {
        const granted = await grant(...of);
        await heard;
        return granted;
      };
      try {
        const asking = ask(stopping.signal).catch(() => undefined);
        await eventually('etcd has granted it', async () => (await leases()) > 0);
        stopping.abort();
        hear();
        await asking;
        // It is waited for no longer than a second, and is on its way then.
        await eventually('etcd has none any more', async () => (await leases()) === 0);
      } finally {
        leaseClient.leaseGrant = grant;
      }
    });

  it('are waited for no longer than who has waited three of five seconds for what is in flight has left', async () => {
    const lease = await LeaseSession.grant(client, 60, new AbortController().signal);
    proxy.freeze();
    // Timers of one process come in the order in which they are due, however late all of them are.
    const left = pause(1_900).then(() => 'too late');
    assert.equal(await Promise.race([lease.revoke().then(() => 'given up'), left]), 'given up');
    proxy.cut();
    proxy.pass();
  });
});
