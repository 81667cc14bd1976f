import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { type Epoch, type Partition } from '../../domain/ids.js';
import { type Cursor, compareCursors } from '../../domain/position.js';
import { type Revision } from '../../domain/revision.js';
import { printLiveCursor, readLiveCursor } from '../../query-api/live/live-cursor.js';
import { fieldOf } from '../support/expected-fleet.js';
import { full } from '../support/full-counts.js';
import { seededRandom } from '../support/seeded-random.js';
import { runTelemetry } from '../support/telemetry.js';

const breaks = full ? 200 : 30;
const seconds = full ? 300 : 60;
const metrics = Object.entries(fieldOf).slice(0, 3);

const second = (n: number): string => new Date(Date.UTC(2025, 0, 1) + n * 1000).toISOString().replace('.000', '');
const devices = Array.from({ length: 12 }, (_, g) => ({
  uuid: `GPU-${String(g)}`,
  host: `h${String(g >> 1)}`,
  index: g % 2,
}));

/** Every second a row of each metric of each device. */
const exportText = (): string =>
  [
    'timestamp,metric_name,gpu_id,device,uuid,modelName,Hostname,container,pod,namespace,value,labels_raw',
    ...Array.from({ length: seconds }, (_, s) =>
      metrics.flatMap(([metric], m) =>
        devices.map(
          ({ uuid, host, index }) => `${second(s)},${metric},${index},nvidia${index},${uuid},H100,${host},,,,${s + m},`,
        ),
      ),
    ).flat(),
    '',
  ].join('\n');

interface Update {
  readonly uuid: string;
  readonly timestamp: string;
  readonly cursor: string;
}

const beginning: Cursor = { epoch: 0 as Epoch, revision: 0n as Revision, partition: 0 as Partition, place: 0 };

describe('a client whose connection breaks during a live import', function () {
  this.timeout(600_000);
  let folder: string;
  let origin: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gpu-telemetry-resume-'));
    await writeFile(join(folder, 'export.csv'), exportText());
    const up = ['up', '--source', join(folder, 'export.csv'), '--speed', '10x', '--detach', '--port', '0'];
    const run = await runTelemetry([...up, '--data-dir', join(folder, 'data')]);
    assert.equal(run.code, 0, run.stderr);
    const status = await runTelemetry(['status', '--json', '--data-dir', join(folder, 'data')]);
    origin = (JSON.parse(status.stdout) as { gateways: string[] }).gateways[0]!;
  });
  after(async () => {
    await runTelemetry(['down', '--purge', '--data-dir', join(folder, 'data')]);
    await rm(folder, { recursive: true, force: true });
  });

  it(`Q4: broken ${breaks} times at random it has every device, time and metric once, in order`, async () => {
    const random = seededRandom(4);
    const cells = new Map<string, number>();
    const times = new Map<string, string>();
    let [last, updates, broken, connections] = [beginning, 0, 0, 0];
    const take = (update: Update & Record<string, unknown>): void => {
      const cursor = readLiveCursor(update.cursor)!;
      assert.ok(compareCursors(cursor, last) > 0, `${update.cursor} came again, or late`);
      last = cursor;
      updates++;
      assert.ok(
        (times.get(update.uuid) ?? '') <= update.timestamp,
        `${update.uuid} ${update.timestamp} is out of order`,
      );
      times.set(update.uuid, update.timestamp);
      metrics.forEach(([, field], m) => {
        const value = update[['gpuUtilization', 'memoryUtilization', 'memoryUsedMb'][m]!];
        if (typeof value !== 'number') return;
        const cell = `${update.uuid} ${update.timestamp} ${field}`;
        assert.ok(!cells.has(cell), `${cell} came twice`);
        cells.set(cell, value);
      });
    };
    /** One connection, cut without a word once a random number of updates has come; resolves when it is gone. */
    const connect = (most: number): Promise<void> =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket(`${origin.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
        let here = 0;
        connections++;
        socket.once('close', () => resolve());
        socket.once('error', reject);
        socket.once('open', () => socket.send('{"type":"connection_init"}'));
        socket.on('message', (text: Buffer) => {
          const { type, payload } = JSON.parse(text.toString()) as { type: string; payload: unknown };
          if (type === 'connection_ack') {
            const query = `subscription { telemetry(after: "${printLiveCursor(last)}") {
              uuid timestamp cursor gpuUtilization memoryUtilization memoryUsedMb } }`;
            socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
            if (most < 0) socket.terminate();
          } else if (type === 'next' && here <= most) {
            const { data } = payload as { data: { telemetry: Update & Record<string, unknown> } };
            try {
              take(data.telemetry);
            } catch (error) {
              reject(error instanceof Error ? error : new Error(String(error)));
            }
            if (++here > most || cells.size === rows) socket.terminate();
          } else if (type === 'error') reject(new Error(text.toString()));
        });
      });
    const rows = seconds * metrics.length * devices.length;
    // Some break before anything has come; what is left after the breaks comes by the last connection.
    const most = (1.5 * rows) / metrics.length / breaks;
    for (; broken < breaks; broken++) await connect(Math.floor((random() - 0.05) * most));
    while (cells.size < rows) await connect(Infinity);
    assert.equal(cells.size, rows);
    for (let s = 0; s < seconds; s++)
      metrics.forEach(([, field], m) => {
        for (const { uuid } of devices) assert.equal(cells.get(`${uuid} ${second(s)} ${field}`), s + m);
      });
    console.log(`      ${connections} connections, ${broken} broken, ${updates} updates, ${cells.size} cells`);
    assert.equal(broken, breaks);
  });
});
