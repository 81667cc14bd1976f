import { setTimeout as pause } from 'node:timers/promises';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { type Cursor, compareCursors } from '../../domain/position.js';
import { printLiveCursor, readLiveCursor } from '../../query-api/live/live-cursor.js';
import { RecordTally } from './record-tally.js';

export interface SubscriberOptions {
  readonly name: string;
  readonly after: Cursor;
  /** Only updates of this host. */
  readonly hostname?: string;
  /** The gateways that there are now. */
  readonly gateways: () => Promise<readonly string[]>;
  readonly complain: (what: string) => void;
}

/** Without any update for so long, another gateway is asked. */
const silenceMs = 6_000;
const againMs = 200;

const query = `subscription ($hostname: String, $after: String) {
  telemetry(hostname: $hostname, after: $after) { uuid timestamp cursor } }`;

interface Update {
  readonly uuid: string;
  readonly timestamp: string;
  readonly cursor: string;
}

/** A client that follows live telemetry through the deaths of gateways, each time from behind the last update it had. */
export class LiveSubscriber {
  readonly tally = new RecordTally();
  resumed = 0;
  #last: Cursor;
  #turn = 0;
  readonly #over = new AbortController();
  readonly #ended: Promise<void>;

  constructor(private readonly options: SubscriberOptions) {
    this.#last = options.after;
    this.#ended = this.#follow();
  }

  get hostname(): string | undefined {
    return this.options.hostname;
  }

  /** Of the last update that it had. */
  get last(): Cursor {
    return this.#last;
  }

  async stop(): Promise<void> {
    this.#over.abort();
    await this.#ended;
  }

  async #follow(): Promise<void> {
    while (!this.#over.signal.aborted) {
      const gateways = await this.options.gateways().catch(() => []);
      const gateway = gateways[this.#turn++ % gateways.length];
      if (gateway !== undefined) await this.#listen(gateway);
      await pause(againMs, undefined, { signal: this.#over.signal }).catch(() => undefined);
    }
  }

  /** Until the connection ends, nothing comes for long, or it is told to stop. */
  async #listen(gateway: string): Promise<void> {
    this.resumed++;
    const sockets: WebSocket[] = [];
    class Socket extends WebSocket {
      constructor(address: string, protocols: string | string[]) {
        super(address, protocols);
        sockets.push(this);
      }
    }
    const url = `${gateway.replace('http', 'ws')}/graphql`;
    const client = createClient({ url, webSocketImpl: Socket, retryAttempts: 0 });
    await this.#untilOver(client);
    // One that does not answer would keep its socket half closed.
    void Promise.resolve(client.dispose()).catch(() => undefined);
    for (const socket of sockets) socket.terminate();
  }

  #untilOver(client: Client): Promise<void> {
    return new Promise((resolve) => {
      let silence = setTimeout(() => over(), silenceMs);
      let givenUp = false;
      const over = (): void => {
        givenUp = true;
        clearTimeout(silence);
        this.#over.signal.removeEventListener('abort', over);
        resolve();
      };
      this.#over.signal.addEventListener('abort', over);
      const { hostname } = this.options;
      const variables = { ...(hostname && { hostname }), after: printLiveCursor(this.#last) };
      client.subscribe<{ telemetry: Update }>(
        { query, variables },
        {
          next: ({ data, errors }) => {
            // From behind what it had then, another gateway is asked: what this one still sends is not wanted any more.
            if (givenUp) return;
            clearTimeout(silence);
            silence = setTimeout(over, silenceMs);
            if (data) this.#take(data.telemetry);
            if (errors) this.options.complain(`${this.options.name}: ${JSON.stringify(errors)}`);
          },
          error: over,
          complete: over,
        },
      );
    });
  }

  #take({ uuid, timestamp, cursor: text }: Update): void {
    const cursor = readLiveCursor(text)!;
    if (compareCursors(cursor, this.#last) <= 0) {
      this.options.complain(
        `${this.options.name} had an update of revision ${String(cursor.revision)} twice, or late, in its connection ${String(this.resumed)}`,
      );
      return;
    }
    this.#last = cursor;
    this.tally.add(cursor.revision, cursor.partition, uuid, timestamp);
  }
}
