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
import { type FailingRequests } from './failing.js';
import { type FromFeed, type Gpu, type Wish } from './feed-messages.js';
import { now } from './gateway-clock.js';
import { type GraphqlSocket } from './graphql-socket.js';
import { UntilAnswered } from './until-answered.js';

/** Records of GPUs that the inventory does not have yet; beyond it the oldest go, the inventory has their values. */
const mostUnplaced = 50_000;
/** A GPU that is not in the inventory makes it be read again, this often at most. */
const inventoryPauseMs = 1_000;

const liveWords = 'Values as they come';

/** GPUs and their values as somebody wishes to see them: what they are, what they were, and what comes. */
export class Watch {
  readonly #places = new Map<string, number>();
  readonly #metrics = new Map<string, number>();
  #unplaced: WireRecord[] = [];
  #values: number[] = [];
  #cursor: string | undefined;
  /** When the newest of what came live was observed, or came where it is dated later. */
  #heard = 0;
  #end: () => void;
  #reading: Promise<void> | undefined;
  /** Whether the past has been read to its end. */
  #whole = false;
  #over = false;
  #readsValues = false;
  #refusals = 0;
  #wished: readonly string[] | undefined;
  readonly #list: UntilAnswered;
  readonly #past: UntilAnswered;

  constructor(
    readonly wish: Wish,
    private readonly socket: GraphqlSocket,
    private readonly tell: (message: FromFeed, transfer?: readonly Transferable[]) => void,
    private readonly answered: (oldSince: string | undefined) => void,
    private readonly failing: FailingRequests,
  ) {
    this.#wished = wish.metrics;
    this.#list = new UntilAnswered(failing, this.#name, 'The list of GPUs');
    this.#past = new UntilAnswered(failing, this.#name, 'The past of the charts');
    this.#end = this.#follow();
    void this.begin();
  }

  close(): void {
    this.#over = true;
    this.#end();
    this.#list.end();
    this.#past.end();
    this.failing.gone(this.#name);
  }

  /** Other metrics, from where those before have come to. */
  follow(metrics: readonly string[]): void {
    this.#wished = metrics;
    this.#end();
    this.#end = this.#follow();
    void this.refresh(true);
  }

  get #name(): string {
    return String(this.wish.watch);
  }

  get #scope(): Readonly<Record<string, unknown>> {
    const { uuid, hostname, cluster } = this.wish.scope;
    return { uuid, hostname, cluster };
  }

  #follow(): () => void {
    return this.socket.subscribe({
      query: liveQuery(this.#wished),
      variables: () => ({ ...this.#scope, after: this.#cursor }),
      next: ({ telemetry }) => {
        this.failing.answered(this.#name, liveWords);
        this.#take(telemetry as WireRecord);
      },
      refused: (code, message) => {
        if (this.#over) return;
        // What the cursor goes on from is no longer there: begin anew, as if the page had just been opened.
        if (code !== 'cursor_expired')
          this.failing.failed(this.#name, liveWords, new Error(message || code), inventoryPauseMs);
        this.#refusals++;
        this.#cursor = undefined;
        this.#whole = false;
        setTimeout(() => {
          if (this.#over) return;
          // Other metrics may be followed since.
          this.#end();
          this.#end = this.#follow();
          void this.begin();
        }, inventoryPauseMs);
      },
    });
  }

  /** Reads what there is. The subscription is there first, so that nothing falls between the two. */
  async begin(): Promise<void> {
    const refusals = this.#refusals;
    await this.socket.settled();
    await this.refresh(true);
    if (this.#over) return;
    await this.#past.ask(() => this.#readPast());
    // The read models may be a moment behind the log, which the subscription follows; by now they are not.
    setTimeout(() => {
      if (this.#over) return;
      if (refusals === this.#refusals) this.failing.answered(this.#name, liveWords);
      void this.refresh(true);
    }, 2 * inventoryPauseMs);
  }

  /** There is a connection again: what came meanwhile comes behind the cursor, and without one it begins anew. */
  connected(): void {
    if (this.#cursor === undefined || !this.#whole) void this.begin();
    else void this.refresh(true);
  }

  /** Reads the inventory again. @param values with the newest values */
  async refresh(values: boolean): Promise<void> {
    if (values && !this.#readsValues) await this.#reading;
    if (this.#over) return;
    this.#readsValues = this.#reading ? this.#readsValues : values;
    this.#reading ??= this.#list.ask(() => this.#readInventory(values)).finally(() => (this.#reading = undefined));
    await this.#reading;
  }

  async #readInventory(values: boolean): Promise<void> {
    const { data, oldSince } = await ask<Inventory>(inventoryQuery(this.wish.scope, values), this.#scope);
    if (this.#over) return;
    this.answered(oldSince);
    const found = gpusOf(data);
    const uuids = new Set(found.map(({ uuid }) => uuid));
    const anew = [...this.#places.keys()].some((uuid) => !uuids.has(uuid));
    // The table is begun anew with the places, and is to have values again.
    if (anew && !values) return this.#readInventory(true);
    if (anew) {
      this.flush();
      this.#places.clear();
    }
    for (const { uuid } of found) if (!this.#places.has(uuid)) this.#places.set(uuid, this.#places.size);
    const gpus: Gpu[] = [];
    for (const gpu of found) gpus[this.#places.get(gpu.uuid)!] = gpuOf(gpu);
    this.tell({ kind: 'inventory', watch: this.wish.watch, gpus, anew });
    for (const gpu of found) eachLatest(gpu, this.#noteOf(this.#places.get(gpu.uuid)!));
    const waiting = this.#unplaced;
    this.#unplaced = [];
    for (const record of waiting) if (this.#places.has(record.uuid)) this.#note(record);
  }

  async #readPast(): Promise<void> {
    const { past } = this.wish;
    if (past) await this.#readPages(past);
    this.#whole = true;
  }

  async #readPages(past: NonNullable<Wish['past']>): Promise<void> {
    const newest = await this.#newest();
    const from = new Date(newest - past.lengthMs).toISOString();
    for (let at: string | null | undefined; at !== null && !this.#over;) {
      const page: Page = (await ask<Page>(pastQuery(this.#wished), { ...this.#scope, from, step: past.step, at })).data;
      for (const record of page.telemetryPage.items) this.#note(record);
      at = page.telemetryPage.nextCursor;
    }
  }

  /** The present, or the end of what there is where that is long ago. */
  async #newest(): Promise<number> {
    const { data } = await ask<Inventory>(inventoryQuery(this.wish.scope, false), this.#scope);
    const last = Math.max(0, ...gpusOf(data).map(({ lastSeen }) => Date.parse(lastSeen)));
    return Math.min(last, now());
  }

  #take(record: WireRecord): void {
    this.#cursor = record.cursor;
    this.#heard = Math.max(this.#heard, Math.min(now(), Date.parse(record.timestamp)));
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
    this.tell({ kind: 'values', watch: this.wish.watch, metrics, values, newest: this.#heard }, [values.buffer]);
  }
}
