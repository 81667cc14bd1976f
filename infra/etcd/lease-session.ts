import { type Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { type Etcd3, type ILeaseKeepAliveResponse } from 'etcd3';
import { type StoreAnswer } from '../../domain/store-answer.js';
import { abortReason } from './cancellable.js';
import { livingMembers } from './living-members.js';
import { once, oneTry } from './one-try.js';
import { type Patience, persistently } from './persistently.js';
import { type LeaseId } from './stored-value.js';

type RawStream = Duplex & { cancel(): void; write(request: { ID: string }): boolean };

const never = new AbortController().signal;
const reopenMs = 100;
const revokeMs = 2_000;
/**
 * Milliseconds that giving back a lease is waited for, also by who has waited for etcd already and is to stop within five
 * seconds: one that etcd does not take back expires by itself.
 */
const givenBackMs = 1_000;

/** Never throws. */
const giveBack = async (client: Etcd3, granted: Promise<{ readonly ID: string }>): Promise<void> => {
  const revoked = granted.then(({ ID }) => client.leaseClient.leaseRevoke({ ID }, { deadline: Date.now() + revokeMs }));
  // The deadline alone does not do: a call on a client that was closed never answers.
  await Promise.race([revoked.catch(() => undefined), pause(givenBackMs, undefined, { ref: false })]);
};

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
  /** When the last renewal was sent that was answered, and the one that is under way, if any. */
  #renewed: number;
  #asked: number | undefined;

  private constructor(
    client: Etcd3,
    readonly id: LeaseId,
    ttlSeconds: number,
    grantedAt: number,
  ) {
    this.#client = client;
    this.#ttlMs = ttlSeconds * 1_000;
    this.#renewed = grantedAt;
    this.#tick();
  }

  /**
   * Asks for a lease as often as it takes until the signal aborts: one that is on its way then is given back. One whose
   * answer is lost expires by itself.
   */
  static async grant(
    client: Etcd3,
    ttlSeconds: number,
    signal: AbortSignal,
    patience: Patience = {},
  ): Promise<LeaseSession> {
    let askedAt = 0;
    let asked: ReturnType<typeof client.leaseClient.leaseGrant> | undefined;
    const ask = () => {
      askedAt = performance.now();
      return (asked = client.leaseClient.leaseGrant({ TTL: String(ttlSeconds) }));
    };
    try {
      const granted = await persistently(signal, ask, patience);
      return new LeaseSession(client, granted.ID as LeaseId, ttlSeconds, askedAt);
    } catch (error) {
      if (signal.aborted && asked !== undefined) await giveBack(client, asked);
      throw error;
    }
  }

  /** One try; as `grant` when the signal aborts. */
  static async grantOnce(client: Etcd3, ttlSeconds: number, signal: AbortSignal): Promise<StoreAnswer<LeaseSession>> {
    // Not ended by the signal itself, which would not wait for what is given back.
    const answer = await oneTry(never, () => LeaseSession.grant(client, ttlSeconds, signal, once));
    if (answer.kind === 'unknown' && signal.aborted) throw abortReason(signal);
    return answer;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Lets go of everything bound to the lease. Never throws; gives up after a second, and then it expires. */
  async revoke(): Promise<void> {
    const alive = !this.#lost.signal.aborted;
    this.#end();
    if (!alive) return;
    await giveBack(this.#client, Promise.resolve({ ID: this.id }));
  }

  /** Renews it no more, and says nothing: it expires. */
  abandon(): void {
    this.#end();
  }

  /** Three renewals to a lifetime; a look at the clock more often, since a stopped process wakes up late. */
  #tick(): void {
    if (this.#lost.signal.aborted) return;
    const now = performance.now();
    const third = this.#ttlMs / 3;
    if (now - this.#renewed >= this.#ttlMs) return this.#end();
    // Unanswered for so long: another stream may find another member.
    if (this.#asked !== undefined && now - this.#asked >= third) {
      livingMembers(this.#client)?.doubt();
      this.#drop();
    }
    if (this.#asked === undefined && now - this.#renewed >= third) {
      if (this.#stream === undefined) void this.#open();
      else this.#ask();
    }
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
      if (this.#lost.signal.aborted) return void stream.end(() => stream.cancel());
      this.#listen(stream);
      this.#ask();
    } catch {
      // No connection: the next tick tries again, until the lease's time is over.
    } finally {
      this.#opening = false;
    }
  }

  #listen(stream: RawStream): void {
    this.#stream = stream;
    const drop = () => {
      if (this.#stream === stream) this.#drop();
    };
    stream.on('error', drop).on('end', drop);
    stream.on('data', ({ TTL }: ILeaseKeepAliveResponse) => {
      if (TTL === '0') return this.#end();
      // At most one renewal is under way in a stream, and only the newest stream is heard.
      if (this.#stream !== stream || this.#asked === undefined) return;
      this.#renewed = this.#asked;
      this.#asked = undefined;
    });
  }

  #drop(): void {
    const stream = this.#stream;
    this.#stream = undefined;
    this.#asked = undefined;
    // Ended first: the client takes the cancelling of a stream that is still writable for a failure of its host.
    stream?.end();
    stream?.cancel();
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#drop();
    this.#lost.abort();
  }
}
