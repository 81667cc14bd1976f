import assert from 'node:assert/strict';
import { etcdForSuite } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { portOf, startTcpProxy } from '../support/tcp-proxy.js';
import { startTelemetry } from '../support/telemetry.js';
import { useTempFolder } from '../support/temp-folder.js';

describe('telemetry status --watch', function () {
  this.timeout(120_000);
  const etcd = etcdForSuite();
  const folder = useTempFolder();

  it('is told to stop while it waits for etcd, and ends as it does at any other time', async () => {
    const proxy = await startTcpProxy(portOf(etcd().endpoint));
    const args = ['--watch', '--every', '50ms', '--json', '--etcd', proxy.endpoint, '--data-dir', folder()];
    const watch = startTelemetry(['status', ...args]);
    try {
      await eventually('it shows something', () => watch.stdout.includes('\n'));
      proxy.holdReplies();
      await eventually('it waits for an answer', () => proxy.heldReplyBytes > 0);
      watch.child.kill('SIGINT');
      const { code, stderr } = await watch.ended;
      assert.deepEqual([code, stderr], [0, '']);
    } finally {
      watch.child.kill('SIGKILL');
      await proxy.close();
    }
  });
});
