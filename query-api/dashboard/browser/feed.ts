import { type Failing } from './failing.js';
import {
  type FromFeed,
  type Link,
  type PastEvent,
  type Pipeline,
  type ProjectionProgress,
  type ToFeed,
  type Wish,
} from './feed-messages.js';
import { setGatewayAhead } from './gateway-clock.js';
import { GpuTable, type OnValue } from './gpu-table.js';

/** GPUs that somebody looks at, kept up with the gateway. */
export interface Watching {
  readonly table: GpuTable;
  /** Follows these metrics from now on; what is known of others stays as it is. */
  follow(metrics: readonly string[]): void;
  close(): void;
}

interface Kept {
  readonly table: GpuTable;
  readonly onValue: OnValue | undefined;
}

/** The page's end of the feed. */
export class Feed {
  link: Link = { state: 'connecting', oldSince: undefined };
  pipeline: Pipeline | undefined;
  /** Undefined before they have come. */
  pastEvents: readonly PastEvent[] | undefined;
  failing: readonly Failing[] = [];
  /** By name and generation. */
  readonly progress = new Map<string, ProjectionProgress>();
  readonly #worker = new Worker('/modules/query-api/dashboard/browser/feed.worker.js', { type: 'module' });
  readonly #kept = new Map<number, Kept>();
  #number = 0;

  /** @param changed told after every message that changed something */
  constructor(private readonly changed: () => void) {
    this.#worker.onmessage = ({ data }: MessageEvent<FromFeed>) => {
      this.#take(data);
      this.changed();
    };
  }

  /** Begins to follow GPUs. @param onValue told of every value, past ones too, in no order */
  watch(wish: Omit<Wish, 'watch'>, onValue?: OnValue): Watching {
    const watch = ++this.#number;
    const table = new GpuTable();
    this.#kept.set(watch, { table, onValue });
    this.#send({ kind: 'watch', wish: { ...wish, watch } });
    const close = (): void => {
      this.#kept.delete(watch);
      this.#send({ kind: 'close', watch });
    };
    const follow = (metrics: readonly string[]): void => this.#send({ kind: 'metrics', watch, metrics });
    return { table, follow, close };
  }

  #send(message: ToFeed): void {
    this.#worker.postMessage(message);
  }

  #take(message: FromFeed): void {
    switch (message.kind) {
      case 'link':
        this.link = message.link;
        break;
      case 'pipeline':
        this.pipeline = message.pipeline;
        // Of a generation that is gone nothing is told: only the whole list says so.
        this.progress.clear();
        for (const row of message.rows) this.progress.set(`${row.name} ${row.generation}`, row);
        break;
      case 'past':
        this.pastEvents = message.events;
        break;
      case 'progress':
        this.progress.set(`${message.row.name} ${message.row.generation}`, message.row);
        break;
      case 'status':
        for (const { table } of this.#kept.values()) table.setStatus(message.uuid, message.status, message.lastSeen);
        break;
      case 'inventory':
        this.#kept.get(message.watch)?.table.setInventory(message.gpus, message.anew);
        break;
      case 'values': {
        const kept = this.#kept.get(message.watch);
        kept?.table.apply(message.metrics, message.values, kept.onValue);
        kept?.table.hear(message.newest);
        break;
      }
      case 'clock':
        setGatewayAhead(message.gatewayAhead);
        break;
      case 'signed out':
        location.reload();
        break;
      case 'failing':
        this.failing = message.failing;
    }
  }
}
