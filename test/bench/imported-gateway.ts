import assert from 'node:assert/strict';
import { freePort } from '../../infra/processes/free-port.js';
import { eventually } from '../support/eventually.js';
import { program, startTelemetry } from '../support/telemetry.js';
import { answerTo } from './asked.js';
import { startBenchEtcd } from './bench-etcd.js';
import { importArguments, usualExport, writeBenchExport } from './bench-import.js';
import { type Place } from './figure.js';
import { timeProcess } from './timed-process.js';

/** Of each GPU, in the export that the gateway serves: one a second. */
export const instants = 200;

/** What was imported, and where it is served. */
export interface Served {
  readonly origin: string;
  readonly path: string;
}

/** A gateway over the read models of an export of 200 instants; runs until `work` is done. */
export const withGateway = async (place: Place, work: (served: Served) => Promise<void>): Promise<void> => {
  const etcd = await startBenchEtcd(place.folder);
  const reach = ['--etcd', etcd.endpoint];
  const port = await freePort();
  const collector = startTelemetry(['collect', ...reach]);
  const gateway = startTelemetry(['serve', ...reach, '--port', String(port)]);
  try {
    const path = await writeBenchExport(place, { ...usualExport, interval: 1, steps: instants });
    await timeProcess(importArguments(path, etcd.endpoint));
    await timeProcess([program, 'verify', '--wait', '120s', ...reach]);
    const origin = `http://127.0.0.1:${String(port)}`;
    const ready = async () => (await fetch(`${origin}/readyz`).catch(() => undefined))?.status === 200;
    await eventually('the gateway is ready', ready);
    await work({ origin, path });
  } finally {
    for (const one of [collector, gateway]) {
      one.child.kill('SIGTERM');
      await one.ended;
    }
    await etcd.stop();
  }
};

/** The UUID of the first GPU that it serves. */
export const firstGpu = async (origin: string): Promise<string> => {
  const { data } = JSON.parse((await answerTo(origin, { path: '/api/v1/gpus' })).toString()) as {
    readonly data: readonly { readonly uuid: string }[];
  };
  assert.equal(data.length, usualExport.gpus);
  return data[0]!.uuid;
};

/** The question for the newest records of one GPU: all that there are of it. */
export const telemetryPath = (uuid: string): string => `/api/v1/gpus/${uuid}/telemetry?limit=${String(instants)}`;
