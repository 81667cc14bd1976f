import { ask } from './ask.js';
import {
  eachLatest,
  eachValue,
  gpuOf,
  gpusOf,
  type Inventory,
  inventoryQuery,
  liveQuery,
  type Page,
  pastQuery,
  type WireRecord,
} from './documents.js';
import { type FromFeed, type Gpu, type Wish } from './feed-messages.js';
import { type GraphqlSocket } from './graphql-socket.js';

/** Records of GPUs that the inventory does not have yet; beyond it the oldest go, the inventory has their values. */
const mostUnplaced = 50_000;
/** A GPU that is not in the inventory makes it be read again, this often at most. */
const inventoryPauseMs = 1_000;

/** GPUs and their values as somebody wishes to see them: what they are, what they were, and what comes. */
export class Watch {
  readonly #places = new Map<string, number>();
  readonly #metrics = new Map<string, number>();
  #unplaced: WireRecord[] = [];
  #values: number[] = [];
  #cursor: string | undefined;
  #end: () => void;
  #reading: Promise<void> | undefined;
  /** Whether the past has been read to its end. */
  #whole = false;
  #over = false;

  constructor(
    readonly wish: Wish,
    private readonly socket: GraphqlSocket,
    private readonly tell: (message: FromFeed, transfer?: readonly Transferable[]) => void,
    private readonly answered: (oldSince: string | undefined) => void,
  ) {
    this.#end = this.#follow();
    void this.begin();
  }

  close(): void {
    this.#over = true;
    this.#end();
  }

  get #scope(): Readonly<Record<string, unknown>> {
    const { uuid, hostname, cluster } = this.wish.scope;
    return { uuid, hostname, cluster };
  }

  #follow(): () => void {
    return this.socket.subscribe({
      query: liveQuery(this.wish.metrics),
      variables: () => ({ ...this.#scope, after: this.#cursor }),
      next: ({ telemetry }) => this.#take(telemetry as WireRecord),
      refused: (code, message) => {
        if (this.#over) return;
        // What the cursor goes on from is no longer there: begin anew, as if the page had just been opened.
        if (code !== 'cursor_expired') this.tell({ kind: 'failed', message: message || code });
        this.#cursor = undefined;
        this.#whole = false;
        setTimeout(() => {
          if (this.#over) return;
          this.#end = this.#follow();
          void this.begin();
        }, inventoryPauseMs);
      },
    });
  }

  /** Reads what there is. The subscription is there first, so that nothing falls between the two. */
  async begin(): Promise<void> {
    await this.socket.settled();
    await this.refresh(true);
    await this.#readPast().then(
      () => (this.#whole = true),
      (error: unknown) => this.#failed(error),
    );
    // The read models may be a moment behind the log, which the subscription follows; by now they are not.
    if (!this.#over) setTimeout(() => void this.refresh(true), 2 * inventoryPauseMs);
  }

  /** There is a connection again: what came meanwhile comes behind the cursor, and without one it begins anew. */
  connected(): void {
    if (this.#cursor === undefined || !this.#whole) void this.begin();
    else void this.refresh(true);
  }

  /** Reads the inventory again. @param values with the newest values */
  async refresh(values: boolean): Promise<void> {
    const reading = (this.#reading ??= this.#readInventory(values)
      .catch((error: unknown) => this.#failed(error))
      .finally(() => (this.#reading = undefined)));
    await reading;
  }

  #failed(error: unknown): void {
    if (!this.#over) this.tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  }

  async #readInventory(values: boolean): Promise<void> {
    const { data, oldSince } = await ask<Inventory>(inventoryQuery(this.wish.scope, values), this.#scope);
    if (this.#over) return;
    this.answered(oldSince);
    const found = gpusOf(data);
    const uuids = new Set(found.map(({ uuid }) => uuid));
    const anew = [...this.#places.keys()].some((uuid) => !uuids.has(uuid));
    if (anew) this.#places.clear();
    for (const { uuid } of found) if (!this.#places.has(uuid)) this.#places.set(uuid, this.#places.size);
    const gpus: Gpu[] = [];
    for (const gpu of found) gpus[this.#places.get(gpu.uuid)!] = gpuOf(gpu);
    this.#values = anew ? [] : this.#values;
    this.tell({ kind: 'inventory', watch: this.wish.watch, gpus, anew });
    for (const gpu of found) eachLatest(gpu, this.#noteOf(this.#places.get(gpu.uuid)!));
    const waiting = this.#unplaced;
    this.#unplaced = [];
    for (const record of waiting) if (this.#places.has(record.uuid)) this.#note(record);
  }

  async #readPast(): Promise<void> {
    const { past, metrics } = this.wish;
    if (!past || this.#over) return;
    const newest = await this.#newest();
    const from = new Date(newest - past.lengthMs).toISOString();
    for (let at: string | null | undefined; at !== null && !this.#over;) {
      const page: Page = (await ask<Page>(pastQuery(metrics), { ...this.#scope, from, step: past.step, at })).data;
      for (const record of page.telemetryPage.items) this.#note(record);
      at = page.telemetryPage.nextCursor;
    }
  }

  /** The present, or the end of what there is where that is long ago. */
  async #newest(): Promise<number> {
    const { data } = await ask<Inventory>(inventoryQuery(this.wish.scope, false), this.#scope);
    const last = Math.max(0, ...gpusOf(data).map(({ lastSeen }) => Date.parse(lastSeen)));
    return Math.min(last, Date.now());
  }

  #take(record: WireRecord): void {
    this.#cursor = record.cursor;
    if (this.#places.has(record.uuid)) return this.#note(record);
    this.#unplaced.push(record);
    if (this.#unplaced.length > mostUnplaced) this.#unplaced.shift();
    if (this.#unplaced.length === 1) setTimeout(() => void this.refresh(true), inventoryPauseMs);
  }

  #note(record: WireRecord): void {
    const place = this.#places.get(record.uuid);
    if (place !== undefined) eachValue(record, this.#noteOf(place));
  }

  #noteOf(place: number): (metric: string, time: number, value: number) => void {
    return (metric, time, value) => {
      let number = this.#metrics.get(metric);
      if (number === undefined) this.#metrics.set(metric, (number = this.#metrics.size));
      this.#values.push(place, number, time, value);
    };
  }

  /** Tells the values that have come since it was last called. */
  flush(): void {
    if (this.#values.length === 0) return;
    const values = new Float64Array(this.#values);
    this.#values = [];
    const metrics = [...this.#metrics.keys()];
    this.tell({ kind: 'values', watch: this.wish.watch, metrics, values }, [values.buffer]);
  }
}
