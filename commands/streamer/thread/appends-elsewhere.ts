import { onAbort } from '../../../domain/on-abort.js';
import { type IdentifiedSource } from '../../source/source.js';
import { type DeadLetterLimits } from '../dead-letter-limits.js';
import { type AppendsStart, type Elsewhere, type MadeAppend } from '../make-appends.js';
import { type AppendsRequest, type Made, type Order } from './appends-request.js';
import { type Channel } from './channel.js';

/**
 * Has appends made in another thread, of files at rest.
 *
 * @param open a channel to that thread, whose first message is the request
 * @param version that segments are written in now
 */
export const appendsElsewhere = (open: (request: AppendsRequest) => Channel, version: () => number): Elsewhere => {
  const openings = new WeakMap<object, number>();
  let opened = 0;
  const numberOf = (opening: object): number => {
    const number = openings.get(opening) ?? opened++;
    openings.set(opening, number);
    return number;
  };
  return (source, { from, sameAs }, tail, { partitions, deadLetters }, signal) => {
    const { place, id } = source;
    if (place === undefined) return undefined;
    const { path, range } = place;
    const opening = numberOf(place.opening);
    const countsInFile = deadLetters.countInFile !== undefined;
    const request: AppendsRequest = {
      ...{ kind: 'appends', path, opening, range, id, from, sameAs, tail, partitions, countsInFile },
      version: version(),
    };
    return new Receiver(open(request), source, deadLetters, signal).begin();
  };
};

/** One reading that goes on in another thread. */
class Receiver {
  readonly #forget: () => void;

  constructor(
    private readonly channel: Channel,
    private readonly source: IdentifiedSource,
    private readonly limits: DeadLetterLimits,
    private readonly signal: AbortSignal,
  ) {
    this.#forget = onAbort(signal, () => this.#order({ kind: 'stop' }));
  }

  async begin(): Promise<AppendsStart> {
    try {
      const made = await this.#next();
      if (made.kind === 'begun') return { kind: 'begun', appends: () => this.#appends(), rest: () => 0 };
      this.#end();
      if (made.kind === 'refused' || made.kind === 'replaced') return made;
      throw new Error(`a thread began with ${made.kind}`);
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  async *#appends(): AsyncGenerator<MadeAppend, void, undefined> {
    try {
      for (;;) {
        const made = await this.#next();
        if (made.kind === 'end') return yield made;
        if (made.kind !== 'append') throw new Error(`a thread said ${made.kind} amid appends`);
        yield made;
        this.#order({ kind: 'more' });
      }
    } finally {
      this.#end();
    }
  }

  /** What is next but for questions, which are answered. */
  async #next(): Promise<Made> {
    for (;;) {
      const made = (await this.channel.next()) as Made | undefined;
      if (made?.kind === 'count') {
        this.#order({ kind: 'others', amount: await this.limits.countInFile!(made.own) });
        continue;
      }
      if (made !== undefined && made.kind !== 'failed') return made;
      this.signal.throwIfAborted();
      const why = made === undefined ? 'its thread has ended' : made.message;
      throw new Error(`reading ${this.source.path} failed: ${why}`);
    }
  }

  #order(order: Order): void {
    this.channel.send(order);
  }

  #end(): void {
    this.#forget();
    this.channel.close();
  }
}
