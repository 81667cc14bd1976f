import { type Instant } from '../../domain/instant.js';

/** Counts distinct times in eight bytes each. Most come in ascending order and are dropped at once when repeated. */
export class DistinctTimes {
  #times = new BigInt64Array(16);
  #length = 0;

  add(at: Instant): void {
    if (this.#length > 0 && this.#times[this.#length - 1] === at) return;
    if (this.#length === this.#times.length) this.#makeRoom();
    this.#times[this.#length++] = at;
  }

  get count(): number {
    this.#compact();
    return this.#length;
  }

  #makeRoom(): void {
    this.#compact();
    if (this.#length * 2 < this.#times.length) return;
    const larger = new BigInt64Array(this.#times.length * 2);
    larger.set(this.#times.subarray(0, this.#length));
    this.#times = larger;
  }

  #compact(): void {
    const times = this.#times.subarray(0, this.#length).sort();
    let kept = 0;
    for (const at of times) if (kept === 0 || times[kept - 1] !== at) times[kept++] = at;
    this.#length = kept;
  }
}
