import assert from 'node:assert/strict';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { type ExportOptions } from '../../data/passes.js';
import { program } from '../support/telemetry.js';
import { writeExport } from '../support/write-export.js';
import { type Place } from './figure.js';
import { timeProcess } from './timed-process.js';

/** A fleet as in `data/`: rows of 2,470 series. */
export const usualExport = {
  ...{ gpus: 247, hosts: 31, seed: 1, interval: 4, start: Date.parse('2025-01-15T09:30:00Z'), shuffle: false },
} as const;
/** What the generator gives a GPU in each step. */
const metrics = 10;

export const rowsOf = ({ gpus, steps }: Pick<ExportOptions, 'gpus' | 'steps'>): number => gpus * metrics * steps;

/**
 * Writes an export into the benchmark's folder, and gives its path. It stands on the disk then: the system would bring it
 * there during the first rounds, and etcd would wait for that where it waits for its own.
 */
export const writeBenchExport = async ({ folder }: Place, options: ExportOptions): Promise<string> => {
  const path = join(folder, 'export.csv');
  await writeExport(path, options);
  const file = await open(path, 'r+');
  await file.sync().finally(() => file.close());
  return path;
};

/** What a cold process that imports a whole file is started with. */
export const importArguments = (path: string, endpoint: string): readonly string[] => [
  ...[program, 'stream', path, '--json', '--etcd', endpoint],
];

/** Counts the events by reading the log; throws when they are not as many as the rows that were imported. */
export const countBack = async (endpoint: string, rows: number): Promise<void> => {
  const { stdout } = await timeProcess([program, 'log', 'verify', '--json', '--etcd', endpoint]);
  assert.equal((JSON.parse(stdout) as { readonly events: number }).events, rows, 'every row is in the log once');
};
