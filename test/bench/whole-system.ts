import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runTelemetry } from '../support/telemetry.js';
import { type Place } from './figure.js';

/** What `status --json` says, as far as it matters here. */
export interface SystemFigures {
  readonly gateways: readonly string[];
  readonly processes: readonly { readonly role: string; readonly pid: number }[];
  readonly etcd: { readonly db_bytes: number; readonly db_in_use_bytes: number; readonly quota_bytes: number };
  readonly log: { readonly events: number };
}

/** A system of one process for each role and an etcd, that streams a source at its own pace. */
export interface WholeSystem {
  figures(): Promise<SystemFigures>;
}

/** Seconds of processor time that a process has had. */
export const processorSeconds = async (pid: number): Promise<number> => {
  const fields = (await readFile(`/proc/${String(pid)}/stat`, 'utf8')).split(') ')[1]!.split(' ');
  const ticksPerSecond = 100;
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
};

/** Starts it, and purges it when `work` is done. @param source the file that is streamed again and again, as of now */
export const withSystem = async (
  place: Place,
  source: string,
  work: (system: WholeSystem) => Promise<void>,
): Promise<void> => {
  const dataDir = join(place.folder, 'system');
  const live = ['--source', source, '--loop', '--restamp', '--speed', '1x'];
  try {
    const up = await runTelemetry(['up', '--detach', '--data-dir', dataDir, '--port', '0', ...live]);
    assert.equal(up.code, 0, up.stderr);
    await work({
      figures: async () =>
        JSON.parse((await runTelemetry(['status', '--json', '--data-dir', dataDir])).stdout) as SystemFigures,
    });
  } finally {
    await runTelemetry(['down', '--purge', '--data-dir', dataDir]);
  }
};
