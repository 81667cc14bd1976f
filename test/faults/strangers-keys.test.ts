import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type Etcd3 } from 'etcd3';
import { createClient } from '../../infra/etcd/client.js';
import { transact } from '../../infra/etcd/transaction.js';
import { startTestEtcd, type TestEtcd } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { full } from '../support/full-counts.js';
import { Keeper } from '../support/keeper.js';
import { runTelemetry } from '../support/telemetry.js';
import { useTempFolder } from '../support/temp-folder.js';
import { writeLiveFile } from './imports.js';

const quotaBytes = 48 << 20;
const pieceBytes = 256 << 10;

interface Status {
  readonly log: { readonly events: number };
}

// With full counts only: it takes minutes where one defragmentation has just been and the next has to wait.
(full ? describe : describe.skip)('an etcd that a stranger fills', function () {
  this.timeout(300_000);
  const folder = useTempFolder();
  let etcd: TestEtcd;
  let client: Etcd3;
  let system: Keeper[];

  beforeEach(async () => {
    etcd = await startTestEtcd({ quotaBytes });
    client = createClient({ endpoints: etcd.endpoints, deadlineMs: 10_000 });
    system = [];
  });
  afterEach(async () => {
    await Promise.all(system.map((one) => one.stop()));
    client.close();
    await etcd.stop();
  });

  const keep = (...args: readonly string[]): void =>
    void system.push(new Keeper([...args, '--etcd', etcd.endpoint, '--data-dir', join(folder(), 'data')]));

  /** Until etcd takes no more. */
  const fill = async (): Promise<void> => {
    for (let piece = 0; ; piece++) {
      const put = { kind: 'put', key: `/stranger/${String(piece)}`, value: Buffer.alloc(pieceBytes, piece) } as const;
      const answer = await transact(client, { compares: [], operations: [put] });
      if (answer.kind === 'unknown' && answer.failure.kind === 'full') return;
    }
  };

  const alarms = async (): Promise<number> => (await client.maintenance.alarm({ action: 'Get' })).alarms.length;

  const telemetry = (...command: readonly string[]) =>
    runTelemetry([...command, '--etcd', etcd.endpoint, '--data-dir', join(folder(), 'data')]);

  const status = async (): Promise<string> => {
    const { stdout, stderr } = await telemetry('status');
    return stdout + stderr;
  };

  const appended = async (): Promise<number> =>
    (JSON.parse((await telemetry('status', '--json')).stdout) as Status).log.events;

  it('L8, P7: all wait, say so, and go on by themselves when the keys are gone', async () => {
    keep('collect', '--etcd-maintenance');
    keep('stream', '--loop', '--restamp', '--speed', '4x', '--batch-ms', '200ms', writeLiveFile(folder(), 1, 1));
    await eventually('rows are appended', async () => (await appended()) > 0, { everyMs: 200 });
    await fill();
    // Whether it takes writes again, until the next few, depends on what compaction could free.
    const waits = /etcd is full and takes no writes|so streamers wait/;
    await eventually('status says why nothing is appended', async () => waits.test(await status()), { everyMs: 200 });
    const before = await appended();
    await client.delete().prefix('/stranger/');
    const freed = Date.now();
    // Up to a minute lies between two defragmentations, and one may have come just before.
    await eventually('rows are appended again', async () => (await appended()) > before, {
      ...{ everyMs: 200, withinMs: 200_000 },
    });
    console.log(`      on again ${String(Date.now() - freed)} ms after the keys were gone`);
    assert.equal(await alarms(), 0);
    await system.pop()!.stop();
    const isWhole = async (): Promise<boolean> => (await telemetry('verify', '--json')).code === 0;
    await eventually('every row is an event, folded once', isWhole, { everyMs: 500 });
  });
});
