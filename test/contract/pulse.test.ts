import assert from 'node:assert/strict';
import { createClient } from '../../infra/etcd/client.js';
import { EtcdPulse } from '../../infra/etcd/pulse.js';
import { stepClock } from '../support/clock-steps.js';
import { etcdForSuite } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';

const hour = 3_600_000;

describe('the pulse of etcd', () => {
  const etcd = etcdForSuite();

  for (const aheadMs of [-hour, hour])
    it(`Q1: tells how long ago it was though the clock is set ${aheadMs < 0 ? 'back' : 'ahead'} while etcd is silent`, async () => {
      const client = createClient({ endpoints: etcd().endpoints });
      const stopping = new AbortController();
      const pulse = new EtcdPulse();
      assert.equal(pulse.lastAnswer, undefined);
      const beating = pulse.run(client, stopping.signal);
      await eventually('etcd has answered', () => pulse.lastAnswer !== undefined);
      stopping.abort();
      await beating;
      const clock = stepClock(() => aheadMs);
      try {
        const silentMs = Date.now() - pulse.lastAnswer!;
        assert.ok(silentMs >= 0 && silentMs < hour / 2, `${String(silentMs)} ms`);
      } finally {
        clock.after();
        client.close();
      }
    });
});
