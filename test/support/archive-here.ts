import { setTimeout as sleep } from 'node:timers/promises';
import { type Etcd3 } from 'etcd3';
import { archiveLog, type ArchiveReport } from '../../commands/archive/archive-log.js';
import { WatchedArchive } from '../../commands/archive/watched-archive.js';
import { type LogNow } from '../../commands/archive/fork.js';
import { ArchiveFolder } from '../../infra/archive/archive-folder.js';
import { readHorizons } from '../../infra/etcd/horizons.js';
import { openLog } from '../../infra/etcd/log-identity-store.js';
import { EtcdLogReader } from '../../infra/etcd/log-reader.js';
import { type CollectorWorld } from './collectors.js';
import { never } from './never.js';

/** An archive of a world's log in a folder, for the test's process. */
export class ArchiveHere {
  readonly notices: string[] = [];
  readonly #log: EtcdLogReader;
  readonly #stop = new AbortController();

  constructor(
    private readonly client: Etcd3,
    private readonly world: CollectorWorld,
    readonly folder: string,
  ) {
    this.#log = new EtcdLogReader(client, world.keys, world.partitions);
  }

  async now(): Promise<LogNow> {
    const { keys, partitions } = this.world;
    const opened = await openLog(this.client, keys, partitions, never);
    if (opened.kind === 'unknown') throw new Error(opened.failure.message);
    const head = await this.#log.head(never);
    return { identity: opened.value, head, horizons: (await readHorizons(this.client, keys, never)).horizons };
  }

  /** As `telemetry log archive` writes it. */
  async write(fileBytes = 200_000): Promise<ArchiveReport> {
    const archive = new ArchiveFolder(this.folder);
    const plan = {
      archive,
      log: this.#log,
      now: () => this.now(),
      fileBytes,
      check: async () => undefined,
      wrote: () => undefined,
    };
    return archiveLog(plan, never);
  }

  /** As a collector has it that was given the folder, looked at again and again until `close`. */
  async watched(): Promise<WatchedArchive> {
    const watched = new WatchedArchive({
      archive: new ArchiveFolder(this.folder),
      log: this.#log,
      now: () => this.now(),
      pause: (ms, signal) => sleep(Math.min(ms, 100), undefined, { signal }),
      notice: (text) => void this.notices.push(text),
    });
    await watched.look(never);
    void watched.run(this.#stop.signal);
    return watched;
  }

  close(): void {
    this.#stop.abort();
  }
}
