import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportText } from '../../data/passes.js';

const gpus = 64;
const hosts = 8;

/** One row in so many of a file to import is bad: its value is not a number. */
const badEvery = 211;
const isBad = (row: number): boolean => row % badEvery === badEvery - 1;

const textOf = (seed: number, steps: number): string =>
  [...exportText({ gpus, hosts, steps, seed, interval: 1, start: Date.UTC(2025, 0, 15), shuffle: false })].join('');

/** A file of good rows for streaming again and again. */
export const writeLiveFile = (folder: string, number: number, seed: number): string => {
  const path = join(folder, `live-${String(number)}.csv`);
  writeFileSync(path, textOf(seed, 2));
  return path;
};

/** What must become of a file: so many rows, of which so many are bad. */
export interface ImportFile {
  readonly path: string;
  readonly rows: number;
  readonly bad: number;
}

const writeImportFile = (path: string, seed: number, steps: number): ImportFile => {
  const lines = textOf(seed, steps).trimEnd().split('\n');
  const spoilt = lines.map((line, row) => (isBad(row) ? line.replace(/,"[^"]*",("DCGM)/, ',"nonsense",$1') : line));
  writeFileSync(path, `${spoilt.join('\n')}\n`);
  return { path, rows: lines.length - 1, bad: lines.filter((_, row) => isBad(row)).length };
};

export interface ImportPlan {
  readonly folder: string;
  readonly seed: number;
  readonly importers: readonly string[];
  /** Seconds that a file lasts at its own pace. */
  readonly steps: number;
}

/** Files that some streamers import, all of them all the files of a turn, in an order of each one's own. */
export class Imports {
  readonly files: ImportFile[] = [];
  #turn: readonly ImportFile[] = [];
  readonly #finished = new Set<string>();
  #paused = false;
  #ending = false;

  constructor(private readonly plan: ImportPlan) {
    this.#begin();
  }

  /** The files that an importer is to import now; undefined while it has nothing to do. */
  next(importer: string): readonly string[] | undefined {
    if (this.#paused || this.#finished.has(importer)) return undefined;
    const first = this.plan.importers.indexOf(importer);
    return [...this.#turn.slice(first), ...this.#turn.slice(0, first)].map(({ path }) => path);
  }

  /** An importer has imported all of them; the last one begins the next turn. */
  done(importer: string): void {
    this.#finished.add(importer);
    if (!this.isOver || this.#ending) return;
    this.#begin();
  }

  /** True when the files of this turn have been imported by all. */
  get isOver(): boolean {
    return this.#finished.size === this.plan.importers.length;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
  }

  /** This turn is the last one. */
  end(): void {
    this.#ending = true;
  }

  #begin(): void {
    const { folder, seed, importers, steps } = this.plan;
    this.#turn = importers.map(() => {
      const number = this.files.length;
      const file = writeImportFile(join(folder, `import-${String(number)}.csv`), seed + 1_000 + number, steps);
      this.files.push(file);
      return file;
    });
    this.#finished.clear();
  }
}
