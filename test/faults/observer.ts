import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { type Etcd3 } from 'etcd3';
import { type ModelPart } from '../../domain/read-model.js';
import { createClient } from '../../infra/etcd/client.js';
import { type KeyRange } from '../../infra/etcd/key-path.js';
import { type Keys } from '../../infra/etcd/keys.js';

interface StoredCheckpoint {
  readonly events: number;
  readonly dead_letters: number;
  readonly rows: number;
  readonly path: string;
  readonly state: string;
  readonly claim: string;
  readonly batch: number;
}

const lookEveryMs = 100;
const againMs = 20;

const eventsOf = (sources: readonly StoredCheckpoint[]): number => sources.reduce((sum, { events }) => sum + events, 0);

/** Looks on from outside, straight at etcd: what has been acknowledged and who holds what. */
export class Observer {
  readonly #client: Etcd3;
  readonly #over = new AbortController();
  readonly #watching: Promise<void>;
  /** Events that committed checkpoints count, as last seen. */
  events = 0;

  constructor(
    endpoints: readonly string[],
    private readonly keys: Keys,
  ) {
    this.#client = createClient({ endpoints, deadlineMs: 1_000 });
    this.#watching = this.#watch();
  }

  async sources(): Promise<readonly StoredCheckpoint[]> {
    const values = await this.#values(this.keys.sources);
    return values.map(({ value }) => JSON.parse(value.toString()) as StoredCheckpoint);
  }

  /** The parts of read models that have an owner now. */
  async owned(): Promise<readonly ModelPart[]> {
    const claims = await this.#values(this.keys.claims);
    return claims.flatMap(({ key }) => this.keys.parseClaim(key.toString()) ?? []);
  }

  /** Tells the appends of a streamer apart: its newest committed one. */
  async newestAppend(streamer: string): Promise<string> {
    const lanes = await this.#values(this.keys.lanes);
    const own = new Set(lanes.filter(({ value }) => value.toString() === streamer).map((lane) => lane.create_revision));
    const checkpoints = (await this.sources()).filter(({ claim }) => own.has(claim));
    return checkpoints
      .map(({ claim, batch }) => `${claim}/${String(batch)}`)
      .sort()
      .join();
  }

  /** Events that committed checkpoints count at this moment. Asks until etcd answers; throws when it does not in time. */
  async acknowledged(withinMs: number): Promise<number> {
    for (const deadline = Date.now() + withinMs; ;) {
      try {
        return eventsOf(await this.sources());
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await pause(againMs);
      }
    }
  }

  async stop(): Promise<void> {
    this.#over.abort();
    await this.#watching;
    this.#client.close();
  }

  async #watch(): Promise<void> {
    while (!this.#over.signal.aborted) {
      const sources = await this.sources().catch(() => undefined);
      if (sources) this.events = eventsOf(sources);
      await pause(lookEveryMs, undefined, { signal: this.#over.signal }).catch(() => undefined);
    }
  }

  async #values({ start, end }: KeyRange) {
    return (await this.#client.kv.range({ key: Buffer.from(start), range_end: Buffer.from(end) })).kvs;
  }
}

/** Megabytes that a process has in memory; undefined when it is gone. */
export const residentMegabytes = async (pid: number): Promise<number | undefined> => {
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8').catch(() => '');
  const found = /VmRSS:\s+(\d+) kB/.exec(status);
  return found ? Math.round(Number(found[1]) / 1024) : undefined;
};
