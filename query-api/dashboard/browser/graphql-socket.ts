/** What a subscription gets. */
export interface Subscriber {
  readonly query: string;
  /** Asked each time that it is sent, so that a later connection can go on where an earlier one ended. */
  readonly variables: () => Readonly<Record<string, unknown>>;
  readonly next: (data: Readonly<Record<string, unknown>>) => void;
  /** The server has refused or ended it; by itself it is not sent again. */
  readonly refused: (code: string, message: string) => void;
}

interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

const shortestPauseMs = 250;
const longestPauseMs = 5_000;
/** A connection on which nothing came for so long, pongs included, is taken for dead. */
const pingEveryMs = 4_000;
const silenceMs = 12_000;

const codeOf = (payload: unknown): readonly [code: string, message: string] => {
  const [first] = payload as readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
  return [first?.extensions?.code ?? 'refused', first?.message ?? ''];
};

/** `graphql-transport-ws` (PROTOCOL.md of graphql-ws) that connects again by itself, and then subscribes again. */
export class GraphqlSocket {
  readonly #subscribers = new Map<string, Subscriber>();
  #socket: WebSocket | undefined;
  #acknowledged = false;
  #failures = 0;
  #heard = 0;
  #number = 0;
  #pongs: (() => void)[] = [];

  /** @param changed told when a connection was made and when it was lost */
  constructor(
    private readonly url: string,
    private readonly changed: (connected: boolean) => void,
  ) {
    this.#connect();
    setInterval(() => this.#watch(), pingEveryMs);
  }

  /** Call the answer to end it. */
  subscribe(subscriber: Subscriber): () => void {
    const id = String(++this.#number);
    this.#subscribers.set(id, subscriber);
    if (this.#acknowledged) this.#begin(id, subscriber);
    return () => {
      if (this.#subscribers.delete(id) && this.#acknowledged) this.#send({ type: 'complete', id });
    };
  }

  /** Resolves when the server has read everything that was sent before; never if the connection is lost first. */
  async settled(): Promise<void> {
    if (!this.#acknowledged) return new Promise(() => undefined);
    return new Promise((resolve) => {
      this.#pongs.push(resolve);
      this.#send({ type: 'ping' });
    });
  }

  #connect(): void {
    const socket = new WebSocket(this.url, 'graphql-transport-ws');
    this.#socket = socket;
    this.#heard = performance.now();
    socket.onopen = () => this.#send({ type: 'connection_init' });
    socket.onmessage = ({ data }) => this.#take(JSON.parse(data as string) as Message);
    socket.onclose = () => this.#lost(socket);
  }

  #lost(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    this.#socket = undefined;
    this.#acknowledged = false;
    this.#pongs = [];
    this.changed(false);
    const pause = Math.min(longestPauseMs, shortestPauseMs * 1.7 ** this.#failures++);
    setTimeout(() => this.#connect(), pause * (0.75 + Math.random() / 2));
  }

  #watch(): void {
    const socket = this.#socket;
    if (!socket) return;
    if (performance.now() - this.#heard <= silenceMs) {
      if (this.#acknowledged) this.#send({ type: 'ping' });
      return;
    }
    socket.onclose = null;
    socket.close();
    this.#lost(socket);
  }

  #take({ type, id = '', payload }: Message): void {
    this.#heard = performance.now();
    if (type === 'connection_ack') this.#welcome();
    else if (type === 'ping') this.#send({ type: 'pong' });
    else if (type === 'pong') this.#pongs.splice(0).forEach((resolve) => resolve());
    else if (type === 'next') this.#next(id, payload as { data?: Record<string, unknown> | null; errors?: unknown });
    else this.#over(id, type === 'error' ? codeOf(payload) : ['complete', '']);
  }

  #next(id: string, { data, errors }: { data?: Record<string, unknown> | null; errors?: unknown }): void {
    if (data) this.#subscribers.get(id)?.next(data);
    else if (errors) this.#over(id, codeOf(errors));
  }

  #over(id: string, [code, message]: readonly [string, string]): void {
    const subscriber = this.#subscribers.get(id);
    this.#subscribers.delete(id);
    subscriber?.refused(code, message);
  }

  #welcome(): void {
    this.#acknowledged = true;
    this.#failures = 0;
    for (const [id, subscriber] of this.#subscribers) this.#begin(id, subscriber);
    this.changed(true);
  }

  #begin(id: string, { query, variables }: Subscriber): void {
    this.#send({ type: 'subscribe', id, payload: { query, variables: variables() } });
  }

  #send(message: Message): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}
