import { setTimeout as pause } from 'node:timers/promises';
import { type Membership, type OwnClaim } from '../../domain/collector-group.js';
import { type ModelPart } from '../../domain/read-model.js';

const againMs = 100;

/** The claims that one partition's work needs: all of them or it does not begin. */
export class PartClaims {
  readonly #membership: Membership;
  readonly #parts: readonly ModelPart[];
  readonly #held = new Map<ModelPart, OwnClaim>();
  /** Asked for without an answer: they may have been made, or may be yet. */
  readonly #unknown = new Set<ModelPart>();

  constructor(membership: Membership, parts: readonly ModelPart[]) {
    this.#membership = membership;
    this.#parts = parts;
  }

  /**
   * Takes what is missing. Gives all claims, or undefined while somebody else still holds one. Throws when etcd does not
   * answer.
   */
  async take(signal: AbortSignal): Promise<readonly OwnClaim[] | undefined> {
    const missing = this.#parts.filter((part) => !this.#held.has(part));
    if (missing.length > 0) await this.#take(missing, signal);
    return this.#held.size === this.#parts.length ? this.#parts.map((part) => this.#held.get(part)!) : undefined;
  }

  /**
   * Gives up the claims, as often as it takes, until the signal aborts. Never throws.
   *
   * @param keeps which of them stay as they are, for other work of this member
   */
  async release(signal: AbortSignal, keeps: (part: ModelPart) => boolean = () => false): Promise<void> {
    while (!signal.aborted && (this.#held.size > 0 || this.#unknown.size > 0)) {
      try {
        if (this.#unknown.size > 0) await this.#take([...this.#unknown], signal);
        await this.#membership.release(
          [...this.#held.values()].filter(({ part }) => !keeps(part)),
          signal,
        );
        this.#held.clear();
      } catch {
        await pause(againMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #take(parts: readonly ModelPart[], signal: AbortSignal): Promise<void> {
    for (const part of parts) this.#unknown.add(part);
    const { claims } = await this.#membership.take(parts, signal);
    for (const part of parts) this.#unknown.delete(part);
    for (const claim of claims) this.#held.set(claim.part, claim);
  }
}
