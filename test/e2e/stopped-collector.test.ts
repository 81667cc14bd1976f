import assert from 'node:assert/strict';
import { join } from 'node:path';
import { stopSystem } from '../../infra/supervisor/stop-system.js';
import { type ProcessReport } from '../../infra/supervisor/process-report.js';
import { eventually } from '../support/eventually.js';
import { systemIn } from '../support/system-in.js';
import { useTempFolder } from '../support/temp-folder.js';

describe('the status of a collector that is stopped', function () {
  this.timeout(300_000);
  const folder = useTempFolder();
  const dataDir = (): string => join(folder(), 'data');
  let stopped: number | undefined;
  afterEach(async () => {
    if (stopped !== undefined) process.kill(stopped, 'SIGCONT');
    await stopSystem(dataDir());
  });
  const { run, status } = systemIn(dataDir);
  const collector = async (): Promise<ProcessReport> =>
    (await status()).processes.find(({ role }) => role === 'collector')!;

  it('tells that it is silent and how far the log has gone on without it, until it has caught up', async () => {
    await run('up', '--detach', '--streamers', '0', '--gateways', '0');
    const owned = async () => (await collector())['partitions'] as readonly number[] | undefined;
    await eventually('it has every partition', async () => (await owned())?.length === 16);
    assert.equal((await collector())['lag_segments'], 0);
    stopped = (await collector()).pid!;
    process.kill(stopped, 'SIGSTOP');
    const { etcd } = await status();
    await run('stream', 'data/dcgm_metrics_sample.csv', '--etcd', etcd.endpoints.join(','));
    const { log, processes } = await status();
    const { lag_segments: lag, partitions } = processes.find(({ role }) => role === 'collector')!;
    assert.deepEqual([lag, (partitions as unknown[]).length], [log!.segments, 16]);
    assert.match(await run('status'), new RegExp(`^collector-1 .* ${String(lag)} segments`, 'm'));
    await eventually('it is silent', async () => Number((await collector())['silent_seconds'] ?? 0) >= 5);
    assert.match(await run('status'), /^collector-1 has been silent for \d+ s: /m);
    process.kill(stopped, 'SIGCONT');
    stopped = undefined;
    await eventually('it is heard again', async () => (await collector())['silent_seconds'] === undefined);
    await eventually('it has caught up', async () => (await collector())['lag_segments'] === 0);
  });
});
