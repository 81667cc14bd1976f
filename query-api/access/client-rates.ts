import { type Bucket, fullBucket, type Pace, take, waitFor } from './token-bucket.js';

/** Clients that are remembered; of more, those are forgotten that have not asked for the longest. */
const mostClients = 20_000;

/** How much each client has asked lately. */
export class ClientRates {
  readonly #buckets = new Map<string, Bucket>();
  readonly #pace: Pace;

  /** @param perSecond requests and messages of one client; twice as many at once after a pause */
  constructor(
    perSecond: number,
    private readonly now: () => number = () => performance.now(),
    private readonly most = mostClients,
  ) {
    this.#pace = { perSecond, burst: 2 * perSecond };
  }

  get size(): number {
    return this.#buckets.size;
  }

  #bucket(client: string): Bucket {
    return this.#buckets.get(client) ?? fullBucket(this.#pace, this.now());
  }

  #keep(client: string, bucket: Bucket): void {
    this.#buckets.delete(client);
    this.#buckets.set(client, bucket);
    if (this.#buckets.size > this.most) this.#buckets.delete(this.#buckets.keys().next().value!);
  }

  /** For what can be refused: 0 when it was counted and may be done, else the milliseconds after which to ask again. */
  ask(client: string): number {
    const bucket = this.#bucket(client);
    const wait = waitFor(bucket, this.#pace, this.now());
    if (wait === 0) this.#keep(client, take(bucket, this.#pace, this.now()));
    return wait;
  }

  /** For what has come and cannot be refused: the milliseconds for which nothing more of it should be read. */
  charge(client: string): number {
    const bucket = take(this.#bucket(client), this.#pace, this.now());
    this.#keep(client, bucket);
    return bucket.level >= 0 ? 0 : waitFor(bucket, this.#pace, this.now());
  }
}
