import { type Duplex } from 'node:stream';
import { type Etcd3, type ILeaseKeepAliveResponse } from 'etcd3';
import { persistently } from './persistently.js';
import { type LeaseId } from './stored-value.js';

type RawStream = Duplex & { cancel(): void; write(request: { ID: string }): boolean };

const reopenMs = 100;
const revokeMs = 2_000;

/**
 * A lease kept alive until it is lost or given up. `lost` aborts at the latest when etcd may have let it expire, counted
 * from the sending of the last renewal that was answered; it says who should work, and protects nothing.
 */
export class LeaseSession {
  readonly #client: Etcd3;
  readonly #ttlMs: number;
  readonly #lost = new AbortController();
  #stream: RawStream | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** When the renewal that is under way was sent, and the last one that was answered. */
  #asked: number;
  #renewed: number;

  private constructor(
    client: Etcd3,
    readonly id: LeaseId,
    ttlSeconds: number,
    grantedAt: number,
  ) {
    this.#client = client;
    this.#ttlMs = ttlSeconds * 1_000;
    this.#asked = grantedAt;
    this.#renewed = grantedAt;
    this.#tick();
  }

  /** Asks for a lease as often as it takes until the signal aborts. One whose answer is lost expires by itself. */
  static async grant(client: Etcd3, ttlSeconds: number, signal: AbortSignal): Promise<LeaseSession> {
    let askedAt = 0;
    const granted = await persistently(signal, () => {
      askedAt = performance.now();
      return client.leaseClient.leaseGrant({ TTL: String(ttlSeconds) });
    });
    return new LeaseSession(client, granted.ID as LeaseId, ttlSeconds, askedAt);
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Lets go of everything bound to the lease. Never throws; gives up after two seconds, and then it expires. */
  async revoke(): Promise<void> {
    const alive = !this.#lost.signal.aborted;
    this.#end();
    if (!alive) return;
    const options = { deadline: Date.now() + revokeMs };
    await this.#client.leaseClient.leaseRevoke({ ID: this.id }, options).catch(() => undefined);
  }

  /** Three renewals to a lifetime; a look at the clock more often, since a stopped process wakes up late. */
  #tick(): void {
    if (this.#lost.signal.aborted) return;
    const now = performance.now();
    if (now - this.#renewed >= this.#ttlMs) return this.#end();
    if (this.#stream === undefined) void this.#open();
    else if (now - this.#asked >= this.#ttlMs / 3) this.#ask();
    this.#timer = setTimeout(() => this.#tick(), Math.min(reopenMs, this.#ttlMs / 10));
  }

  #ask(): void {
    this.#asked = performance.now();
    this.#stream?.write({ ID: this.id });
  }

  #opening = false;
  async #open(): Promise<void> {
    if (this.#opening) return;
    this.#opening = true;
    try {
      const stream = (await this.#client.leaseClient.leaseKeepAlive()) as unknown as RawStream;
      if (this.#lost.signal.aborted) return stream.cancel();
      this.#listen(stream);
      this.#ask();
    } catch {
      // No connection: the next tick tries again, until the lease's time is over.
    } finally {
      this.#opening = false;
    }
  }

  #listen(stream: RawStream): void {
    const drop = () => {
      if (this.#stream === stream) this.#stream = undefined;
    };
    this.#stream = stream;
    stream.on('error', drop).on('end', drop);
    stream.on('data', ({ TTL }: ILeaseKeepAliveResponse) => {
      if (TTL === '0') this.#end();
      else this.#renewed = Math.max(this.#renewed, this.#asked);
    });
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#stream?.cancel();
    this.#stream = undefined;
    this.#lost.abort();
  }
}
