import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A proxy between a client and a server on loopback that does to their connections what networks do. */
export interface TcpProxy {
  readonly port: number;
  /** `http://127.0.0.1:{port}` */
  readonly endpoint: string;
  /** Connections open now. */
  readonly connections: number;
  /** Bytes of replies that the server has sent and the client has not been given. */
  readonly heldReplyBytes: number;
  /** Bytes of requests that the client has sent and the server has not been given. */
  readonly heldRequestBytes: number;
  /** Resets every connection; new ones are taken. */
  cut(): void;
  /** Resets every connection and each new one at once, until `pass`. */
  refuse(): void;
  /** Nothing goes through either way and nobody is told: a half-open connection. New ones are taken and silent too. */
  freeze(): void;
  /** Requests go through, replies wait here: what was asked for is done and nobody hears of it. */
  holdReplies(): void;
  /** Replies go through, requests wait here: nothing that is asked for arrives. */
  holdRequests(): void;
  /** Each piece goes through this many milliseconds late, either way. */
  delay(ms: number): void;
  /** Everything goes through again, first what was held, in order. */
  pass(): void;
  /** Ends every connection and stops listening. */
  close(): Promise<void>;
}

/** How much waits in one direction before its source is no longer read. */
const heldBound = 16 << 20;

/** Passes what one socket receives on to another, in order. */
class Direction {
  private readonly held: Buffer[] = [];
  private last: Promise<void> = Promise.resolve();
  private late = 0;
  heldBytes = 0;

  constructor(
    private readonly from: Socket,
    private readonly to: Socket,
    private holding: boolean,
    private delayMs: number,
  ) {
    from.on('data', (piece: Buffer) => this.take(piece));
    to.on('drain', () => this.resume());
  }

  set(holding: boolean, delayMs: number): void {
    this.holding = holding;
    this.delayMs = delayMs;
    if (holding) return;
    for (const piece of this.held.splice(0)) this.send(piece);
    this.heldBytes = 0;
    this.resume();
  }

  private take(piece: Buffer): void {
    if (!this.holding) return this.send(piece);
    this.held.push(piece);
    this.heldBytes += piece.length;
    if (this.heldBytes >= heldBound) this.from.pause();
  }

  private send(piece: Buffer): void {
    if (this.delayMs === 0 && this.late === 0) return this.write(piece);
    this.late++;
    const due = new Promise<void>((resolve) => setTimeout(resolve, this.delayMs));
    this.last = Promise.all([this.last, due]).then(() => {
      this.late--;
      this.write(piece);
    });
  }

  private write(piece: Buffer): void {
    if (!this.to.destroyed && !this.to.write(piece)) this.from.pause();
  }

  private resume(): void {
    if (!this.holding && !this.from.destroyed) this.from.resume();
  }
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  readonly requests: Direction;
  readonly replies: Direction;
}

/** Starts a proxy to a port of 127.0.0.1, on a free port of its own. Whoever starts it closes it. */
export const startTcpProxy = async (targetPort: number): Promise<TcpProxy> => {
  const pairs = new Set<Pair>();
  let mode = { refusing: false, requestsHeld: false, repliesHeld: false, delayMs: 0 };
  const normal = { refusing: false, requestsHeld: false, repliesHeld: false, delayMs: 0 };

  const cut = () => {
    for (const { client, server } of pairs) {
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
    pairs.clear();
  };
  const become = (changed: Partial<typeof mode>) => {
    mode = { ...normal, ...changed };
    for (const { requests, replies } of pairs) {
      requests.set(mode.requestsHeld, mode.delayMs);
      replies.set(mode.repliesHeld, mode.delayMs);
    }
  };

  const listener = createServer({ noDelay: true }, (client) => {
    if (mode.refusing) return void client.resetAndDestroy();
    const server = connect({ port: targetPort, host: '127.0.0.1', noDelay: true });
    const requests = new Direction(client, server, mode.requestsHeld, mode.delayMs);
    const replies = new Direction(server, client, mode.repliesHeld, mode.delayMs);
    const pair = { client, server, requests, replies };
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) socket.on('error', end).on('close', end);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;

  return {
    port,
    endpoint: `http://127.0.0.1:${String(port)}`,
    get connections() {
      return pairs.size;
    },
    get heldReplyBytes() {
      return [...pairs].reduce((sum, { replies }) => sum + replies.heldBytes, 0);
    },
    get heldRequestBytes() {
      return [...pairs].reduce((sum, { requests }) => sum + requests.heldBytes, 0);
    },
    cut,
    refuse: () => {
      become({ refusing: true });
      cut();
    },
    freeze: () => become({ requestsHeld: true, repliesHeld: true }),
    holdReplies: () => become({ repliesHeld: true }),
    holdRequests: () => become({ requestsHeld: true }),
    delay: (delayMs) => become({ delayMs }),
    pass: () => become({}),
    close: async () => {
      const closed = once(listener, 'close');
      listener.close();
      cut();
      await closed;
    },
  };
};

/** The port in an endpoint such as `http://127.0.0.1:2379`. */
export const portOf = (endpoint: string): number => Number(new URL(endpoint).port);
