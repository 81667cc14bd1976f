import assert from 'node:assert/strict';
import { silentSeconds } from '../../../infra/supervisor/child-record.js';
import { etcdChild } from '../../../infra/supervisor/etcd-child.js';
import { reserveEtcdNodes } from '../../../infra/etcd-server/etcd-nodes.js';
import { superviseChild, type SupervisedChild } from '../../../infra/supervisor/supervise-child.js';
import { testEtcdBinary } from '../../support/etcd.js';
import { eventually } from '../../support/eventually.js';
import { useTempFolder } from '../../support/temp-folder.js';

describe('a member of the embedded etcd', () => {
  const folder = useTempFolder();
  let child: SupervisedChild | undefined;
  let stopped: number | undefined;
  afterEach(async () => {
    if (stopped !== undefined) process.kill(stopped, 'SIGCONT');
    stopped = undefined;
    await child?.stop(5_000);
  });

  it('is silent while it is stopped, and heard again when it goes on', async () => {
    const reserved = await reserveEtcdNodes(folder(), 1);
    assert(reserved.kind === 'reserved');
    const cluster = reserved.nodes;
    const program = etcdChild({ binary: await testEtcdBinary(), node: cluster[0]!, cluster, readyWithinMs: 60_000 });
    child = superviseChild(program, { onLine: () => undefined, onEvent: () => undefined });
    await eventually('it runs', () => child!.record.state === 'running' && child!.record.heardAt !== undefined);
    const { pid } = child.record;
    stopped = pid!;
    process.kill(stopped, 'SIGSTOP');
    await eventually('it is silent', () => silentSeconds(child!.record, performance.now()) !== undefined);
    process.kill(stopped, 'SIGCONT');
    stopped = undefined;
    await eventually('it is heard again', () => silentSeconds(child!.record, performance.now()) === undefined);
    assert.deepEqual([child.record.pid, child.record.restarts], [pid, 0]);
  });
});
