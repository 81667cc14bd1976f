import { type Cursor } from '../../domain/position.js';
import { behindRevision } from '../live/live-cursor.js';
import { filtered, type LiveFilter } from '../live/live-filter.js';
import { type LiveUpdate } from '../live/live-update.js';
import { type Gateway } from '../queries/gateway.js';
import { latestRecord } from '../queries/latest.js';
import { Conflation, type Conflated } from './conflation.js';
import { type GatheredSocket } from './gathered-socket.js';
import { updateFrame, updateHead } from './update-frame.js';

/** The present state as updates; their cursor stands behind the revision that the state holds. */
function* present({ fleet }: Gateway, filter: LiveFilter, cursor: Cursor): Generator<LiveUpdate> {
  for (const view of fleet().devices) {
    const { at, values } = latestRecord(view, filter.metrics);
    if (at === undefined) continue;
    const update = filtered({ ...view, at, values, cursor }, filter);
    if (update) yield update;
  }
}

/** One subscription of one connection: a snapshot when wanted, then updates, conflated where the client is slow. */
export class WsSubscription {
  readonly #waiting = new Conflation();
  readonly #over = new AbortController();
  #unsubscribe: () => void = () => undefined;
  readonly #head: string;
  #sending = false;

  constructor(
    private readonly gateway: Gateway,
    id: string | undefined,
    private readonly filter: LiveFilter,
    private readonly gathered: GatheredSocket,
  ) {
    this.#head = updateHead(id);
  }

  async start(after: Cursor | undefined, snapshot: boolean): Promise<void> {
    const { live, identity } = this.gateway;
    let from = after;
    if (snapshot) {
      const { revision } = this.gateway.fleet();
      const cursor = behindRevision(identity.epoch, revision);
      for (const update of present(this.gateway, this.filter, cursor)) {
        if (this.#over.signal.aborted) return;
        await this.#push(update);
      }
      from ??= cursor;
    }
    const begin = (): void => {
      this.#unsubscribe = live.subscribe(this.filter, (updates) => this.#take(updates), from);
    };
    if (from === undefined) return begin();
    for await (const updates of live.since(from, this.filter, begin, this.#over.signal)) {
      for (const update of updates) await this.#push(update);
    }
    if (this.#over.signal.aborted) this.#unsubscribe();
  }

  stop(): void {
    this.#over.abort();
    this.#unsubscribe();
  }

  /** Sends what is read as fast as it is taken, so nothing of it is left out. */
  async #push(update: LiveUpdate): Promise<void> {
    await this.#one({ update, skipped: 0, cursor: update.cursor });
  }

  /** A client that keeps up is sent everything; for one that does not, the newest of each device waits. */
  #take(updates: readonly LiveUpdate[]): void {
    for (const update of updates) {
      if (this.#waiting.size === 0 && this.gathered.hasRoom) {
        this.#waiting.pass(update);
        void this.#one({ update, skipped: 0, cursor: update.cursor });
        continue;
      }
      this.#waiting.add(update);
      if (this.#waiting.size === 1 && this.gathered.hasRoom) void this.#one(this.#waiting.take()!);
    }
    if (this.#waiting.size > 0) void this.#drain();
  }

  #one(conflated: Conflated): Promise<void> | undefined {
    this.gateway.live.dropped += conflated.skipped;
    return this.gathered.sendFrame(updateFrame(this.#head, conflated));
  }

  async #drain(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    try {
      for (let next = this.#waiting.take(); next && !this.#over.signal.aborted; next = this.#waiting.take())
        await this.#one(next);
    } finally {
      this.#sending = false;
    }
  }
}
