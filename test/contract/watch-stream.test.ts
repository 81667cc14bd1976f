import assert from 'node:assert/strict';
import { type Etcd3 } from 'etcd3';
import { type Revision } from '../../domain/revision.js';
import { createClient } from '../../infra/etcd/client.js';
import { follow } from '../../infra/etcd/follow.js';
import { keysIn } from '../../infra/etcd/key-path.js';
import { WatchStream } from '../../infra/etcd/watch-stream.js';
import { etcdForSuite } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { answerCall, revisionAlone, startStandInEtcd } from '../support/stand-in-etcd.js';

const seen = { key: Buffer.from('/seen/'), range_end: Buffer.from('/seen0') };

describe('a watch that is opened', () => {
  const etcd = etcdForSuite();
  let client: Etcd3;
  beforeEach(() => {
    client = createClient({ endpoints: etcd().endpoints });
  });
  afterEach(() => client.close());

  const watchers = async (): Promise<number> => {
    const metrics = await (await fetch(`${etcd().endpoint}/metrics`)).text();
    return Number(/^etcd_debugging_mvcc_watcher_total (\d+)/m.exec(metrics)?.[1]);
  };

  it('is not left open where nobody wants it any more when it is there', async () => {
    const [stopping, staying] = [new AbortController(), new AbortController()];
    const opening = Array.from({ length: 10 }, () => WatchStream.open(client, seen, stopping.signal));
    stopping.abort(new Error('enough'));
    for (const one of opening) await assert.rejects(one, /enough/);
    const other = await WatchStream.open(client, seen, staying.signal);
    assert.equal((await other.next(60_000)).kind, 'message');
    await eventually('etcd has no other', async () => (await watchers()) === 1);
    staying.abort();
    await eventually('etcd has none', async () => (await watchers()) === 0);
  });

  it('P5: by a member that hangs is opened anew after the time of a call, not after that of a quiet watch', async () => {
    const stopping = new AbortController();
    let watches = 0;
    // Reads it answers: another member does, where there are several.
    const hanging = await startStandInEtcd((call, path) => {
      if (path === '/etcdserverpb.Watch/Watch') watches++;
      else answerCall(call, [revisionAlone(7)]);
    });
    const toHanging = createClient({ endpoints: [hanging.endpoint], deadlineMs: 500 });
    const failures: string[] = [];
    const following = follow(toHanging, keysIn('/seen/'), 8n as Revision, stopping.signal, {
      ...{ openMs: 300, silenceMs: 3_600_000 },
      onFailure: ({ kind }) => failures.push(kind),
    });
    try {
      const ended = following.next();
      await eventually('it is opened again', () => watches > 1);
      assert.equal(failures[0], 'slow');
      stopping.abort();
      assert.equal((await ended).done, true);
    } finally {
      stopping.abort();
      toHanging.close();
      hanging.close();
    }
  });
});
