import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { readLog } from '../../commands/log/read-log.js';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { never } from '../support/never.js';
import { longHeader, longRow } from '../support/source-texts.js';
import { openTestLog } from '../support/streaming.js';
import { type RunningTelemetry, startTelemetry } from '../support/telemetry.js';
import { full } from '../support/full-counts.js';

const laneTtlMs = full ? 5_000 : 2_000;
/** Longer than a lane stays claimed, so that it is lost. */
const outageMs = laneTtlMs + 2_000;

/** A writer that goes on whatever happens, as far as it is read. */
class Writer {
  written = 0;
  #goesOn = true;
  readonly done: Promise<void>;

  constructor(private readonly streamer: RunningTelemetry) {
    this.done = this.#write();
  }

  /** Ends the input behind the rows written so far. */
  async end(): Promise<number> {
    this.#goesOn = false;
    await this.done;
    return this.written;
  }

  async #write(): Promise<void> {
    const input = this.streamer.child.stdin!;
    input.on('error', () => (this.#goesOn = false));
    input.write(`${longHeader}\n`);
    while (this.#goesOn) {
      const rows = Array.from({ length: 40 }, () => `${longRow({ value: String(this.written++) })}\n`);
      if (!input.write(rows.join('')))
        await Promise.race([once(input, 'drain').catch(() => undefined), this.streamer.ended]);
      await sleep(10);
    }
    input.end();
  }
}

describe('standard input while etcd is away', () => {
  const etcd = etcdForSuite();
  let running: RunningTelemetry[];
  let prefix: string;

  beforeEach(() => {
    running = [];
    prefix = freshPrefix();
  });
  afterEach(async () => {
    etcd().resume();
    for (const streamer of running) streamer.child.kill('SIGKILL');
    await Promise.all(running.map(({ ended }) => ended));
  });

  const start = (): RunningTelemetry => {
    const store = ['--etcd', etcd().endpoint, '--prefix', prefix];
    const pace = ['--lane-ttl', `${String(laneTtlMs)}ms`, '--batch-ms', '100ms'];
    const streamer = startTelemetry(['stream', '-', ...pace, ...store, '--json'], {}, 'pipe');
    running.push(streamer);
    return streamer;
  };

  const valuesInLog = async (): Promise<readonly number[]> => {
    const reading = openTestLog(etcd().endpoint, prefix);
    try {
      const values: number[] = [];
      const everything = { hostname: undefined, metric: undefined, start: undefined, end: undefined };
      for await (const one of readLog(reading.log, everything, never)) {
        assert.ok(one.kind === 'event');
        values.push(Number(one.row.value));
      }
      return values.sort((a, b) => a - b);
    } finally {
      reading.close();
    }
  };

  const outages: Readonly<Record<string, () => Promise<void>>> = {
    stopped: async () => {
      etcd().pause();
      await sleep(outageMs);
      etcd().resume();
    },
    'killed and started again': async () => {
      await etcd().kill();
      await sleep(outageMs);
      await etcd().restart();
    },
  };

  for (const [name, outage] of Object.entries(outages)) {
    it(`S1, L8: every row stands in the log once after etcd was ${name} for longer than the lane is kept`, async () => {
      const streamer = start();
      const writer = new Writer(streamer);
      await eventually('some rows', async () => (await valuesInLog()).length > 0);
      await outage();
      const lost = () => streamer.stderr.includes('the lane was lost');
      await eventually('the lane is lost and another claimed', lost);
      const before = writer.written;
      await eventually('more rows are written', () => writer.written > before + 400);
      const rows = await writer.end();
      const { code, stdout, stderr } = await streamer.ended;
      assert.equal(code, 0, stderr);
      assert.equal((JSON.parse(stdout) as { rows: number }).rows, rows);
      assert.deepEqual(
        await valuesInLog(),
        Array.from({ length: rows }, (_, row) => row),
      );
      console.log(`      ${String(rows)} rows, ${String(before)} of them written when the lane was taken again`);
    });
  }

  it('S1: stopped while etcd is away, it says how much was read and not appended', async () => {
    const streamer = start();
    const writer = new Writer(streamer);
    await eventually('some rows', async () => (await valuesInLog()).length > 0);
    etcd().pause();
    const before = writer.written;
    await eventually('more rows are written', () => writer.written > before + 400);
    streamer.child.kill('SIGTERM');
    const { code, stderr } = await streamer.ended;
    await writer.end();
    assert.equal(code, 1, stderr);
    const said = /(\d+) bytes \((\d+) lines\) were read from standard input and are not known to be appended/.exec(
      stderr,
    );
    assert.ok(said, stderr);
    console.log(`      ${said[0]}`);
    // How many of the 400 and more were still in the pipe is decided by who was quicker.
    assert.ok(Number(said[2]) > 0 && Number(said[2]) <= writer.written, said[0]);
  });
});
