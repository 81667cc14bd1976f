import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '../support/eventually.js';
import { expectedFleet } from '../support/expected-fleet.js';
import { full } from '../support/full-counts.js';
import type { Quantiles, SubscriberFigures } from '../support/many-subscribers.js';
import { runTelemetry } from '../support/telemetry.js';

const readers = 1_990;
const silent = 10;
/** Milliseconds that an update may always take, and how many times as long as without those that never read. */
const [fairDelay, mostTimes] = [5_000, 10];
/** Megabytes that a gateway may grow by, whatever its subscribers do. */
const mostGrowth = 400;

const sample = resolve('data/dcgm_metrics_sample.csv');
const program = fileURLToPath(new URL('../support/many-subscribers.js', import.meta.url));

const residentMb = async (pid: number): Promise<number> =>
  Number(/VmRSS:\s+(\d+) kB/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;

const told = ({ p50, p99, max }: Quantiles): string => [p50, p99, max].map((ms) => ms.toFixed(0)).join('/');

interface Status {
  readonly gateways: readonly string[];
  readonly processes: readonly { readonly role: string; readonly pid: number }[];
}

// Minutes of thousands of sockets. With fewer counts those of a gateway within the test's process show the same.
(full ? describe : describe.skip)('many subscribers, of whom some never read', function () {
  this.timeout(900_000);
  let folder: string;
  let child: ChildProcess | undefined;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gpu-telemetry-many-'));
  });
  after(async () => {
    child?.kill('SIGKILL');
    await runTelemetry(['down', '--purge', '--data-dir', folder]);
    await rm(folder, { recursive: true, force: true });
  });

  it(`Q5: ${readers} readers are not held up by ${silent} that never read; those are closed with 4490`, async () => {
    const live = ['up', '--source', sample, '--loop', '--restamp', '--speed', '1x', '--detach', '--port', '0'];
    const up = await runTelemetry([...live, '--data-dir', folder]);
    assert.equal(up.code, 0, up.stderr);
    const status = JSON.parse((await runTelemetry(['status', '--json', '--data-dir', folder])).stdout) as Status;
    const gateway = status.processes.find(({ role }) => role === 'gateway')!.pid;
    // Sixteen GPUs are followed, each by many: what is told of the others is for those who never read.
    const uuids = [...expectedFleet(sample).gpus.keys()].slice(0, 16);
    const before = await residentMb(gateway);
    const subscribers = fork(program, [status.gateways[0]!, String(readers), String(silent), ...uuids]);
    child = subscribers;
    const ask = async (): Promise<SubscriberFigures> => {
      const told = once(subscribers, 'message');
      subscribers.send('figures');
      return (await told)[0] as SubscriberFigures;
    };
    const metrics = async (): Promise<string> => (await fetch(`${status.gateways[0]!}/metrics`)).text();
    const alive = async (): Promise<number> =>
      Number(/^telemetry_gateway_subscribers (\d+)$/m.exec(await metrics())?.[1]);
    const patience = { withinMs: 400_000, everyMs: 500 };
    let most = before;
    const watched = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
      await eventually(
        what,
        async () => {
          most = Math.max(most, await residentMb(gateway));
          return holds();
        },
        patience,
      );
    };
    await watched('all read', async () => (await ask()).open === readers);
    const measured = async (): Promise<void> => {
      subscribers.send('measure');
      const { updates } = await ask();
      await watched('they have had some more', async () => (await ask()).updates > updates + 5 * readers);
    };
    await measured();
    const alone = await ask();
    subscribers.send('silence');
    await watched('the others are there', async () => (await ask()).open === readers + silent);
    subscribers.send('measure');
    await watched('those that never read are given up', async () => (await alive()) <= readers);
    const meanwhile = await ask();
    assert.ok(meanwhile.fewest > 0, 'every reader was told something meanwhile');
    const bound = Math.max(fairDelay, mostTimes * alone.delay.p99);
    assert.ok(meanwhile.delay.p99 <= bound, `p99 was ${meanwhile.delay.p99} ms, more than ${bound} ms`);
    assert.deepEqual([meanwhile.lost, meanwhile.silentCodes], [0, []]);
    subscribers.send('read');
    await watched('they see why', async () => (await ask()).silentCodes.length === silent);
    const { updates } = await ask();
    await watched('the others go on', async () => (await ask()).updates > updates + 2 * readers);
    const end = await ask();
    assert.deepEqual(
      end.silentCodes,
      Array.from({ length: silent }, () => 4490),
    );
    assert.equal(end.lost, 0);
    assert.ok(most - before < mostGrowth, `the gateway grew from ${before} to ${most} MB`);
    const shown = ({ delay, behindFirst }: SubscriberFigures): string =>
      `${told(delay)} after its time, ${told(behindFirst)} after the first reader`;
    console.log(
      `      gateway ${before.toFixed(0)} MB, at most ${most.toFixed(0)} MB; ${end.updates} updates, ${end.skipped} conflated;\n` +
        `      an update comes, p50/p99/max ms: alone ${shown(alone)}; while ten did not read ${shown(meanwhile)}`,
    );
  });
});
