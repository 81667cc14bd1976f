import { type IdentifiedSource } from '../../source/source.js';
import { type Segment } from '../../../domain/segment/segment.js';
import { type DeadLetterAmount, type DeadLetterLimits } from '../dead-letter-limits.js';
import { type AppendsStart, type MadeAppend, makeAppends } from '../make-appends.js';
import { type AheadRequest, type AppendsRequest, type Made, madeAhead } from './appends-request.js';
import { type Channel } from './channel.js';
import { Orders } from './orders.js';
import { ReadAhead } from './read-ahead.js';
import { type ServerSetUp } from './server-set-up.js';

interface Held {
  readonly path: string;
  readonly opening: number;
  readonly source: IdentifiedSource;
}

/** Makes appends for another thread, of one source at a time. */
export class AppendsServer {
  #held: Held | undefined;
  #ahead: ReadAhead | undefined;
  /** The number of the range that was read last. */
  #lastRange = -1;

  constructor(private readonly setUp: ServerSetUp) {}

  /** Begins with a file that is expected to be asked for. For another one this has been in vain. */
  readAhead({ path, partitions, most }: AheadRequest): void {
    const open = async (signal: AbortSignal): Promise<IdentifiedSource | undefined> => {
      const opened = await this.setUp.open(path, signal);
      const isWhole = opened.kind === 'identified' && (opened.ranged?.plainBytes ?? Infinity) <= most;
      return isWhole ? opened : undefined;
    };
    this.#ahead = new ReadAhead({ path, partitions, range: undefined }, open, this.setUp);
  }

  /** Answers a request to its end. Never rejects: what fails is told. */
  async serve(request: AppendsRequest, channel: Channel): Promise<void> {
    const orders = new Orders(channel, madeAhead);
    const tell = (made: Made): void => channel.send(made, buffersOf(made));
    try {
      const begun = await this.#begin(request, orders);
      tell(begun.kind === 'begun' ? { kind: 'begun' } : begun);
      if (begun.kind !== 'begun') return;
      let hasEnded = false;
      for await (const made of begun.appends()) {
        await orders.next();
        tell(made.kind === 'append' ? alone(made) : made);
        hasEnded = made.kind === 'end' && made.end.kind === 'ended';
      }
      if (hasEnded) this.#expectNext(request);
    } catch (error) {
      tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
    } finally {
      orders.end();
      channel.close();
    }
  }

  async #begin(request: AppendsRequest, orders: Orders): Promise<AppendsStart> {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    const read = ahead?.isOf(request) === true ? await ahead.handOver(request, orders) : undefined;
    if (read === undefined) {
      await ahead?.giveUp();
      return this.#read(request, orders);
    }
    const { path, opening, range } = request;
    if (range === undefined) this.#held = { path, opening, source: read.source };
    return read.start;
  }

  async #read(request: AppendsRequest, orders: Orders): Promise<AppendsStart> {
    const { path, opening, range, id, tail, partitions, version } = request;
    const { setUp } = this;
    if (this.#held?.path !== path || this.#held.opening !== opening) {
      this.#held = undefined;
      const opened = await setUp.open(path, orders.stopped);
      if (opened.kind === 'refused') return opened;
      if (opened.kind === 'no-rows') return another(opened.path);
      this.#held = { path, opening, source: opened };
    }
    const { source: file } = this.#held;
    const source = range === undefined ? file : file.ranged?.at(range.plan, range.index);
    if (source?.id !== id) return another(file.path);
    const making = {
      ...setUp,
      partitions,
      deadLetters: limitsOf(setUp.deadLetters, request, orders),
      encode: (segment: Segment) => setUp.encode(segment, version),
    };
    return makeAppends(source, request, tail.course, async () => tail, making, orders.stopped);
  }

  /**
   * Begins with the range that comes next, while what was made of this one is appended and the next is claimed: as far
   * behind this one as this one was behind the last, as streamers that share a file go through it in turns.
   */
  #expectNext({ path, range, partitions }: AppendsRequest): void {
    const ranged = this.#held?.source.ranged;
    if (range === undefined || ranged === undefined) return;
    const { plan, index: last } = range;
    const index = last + Math.max(1, last - this.#lastRange);
    this.#lastRange = last;
    if (index >= plan.ranges.length) return;
    const expected = { path, partitions, range: { plan, index } };
    this.#ahead = new ReadAhead(expected, async () => ranged.at(plan, index), this.setUp);
  }
}

const another = (path: string): AppendsStart => ({
  kind: 'refused',
  reason: 'other-content',
  path,
  message: `${path} is another file than it was a moment ago: stream it again`,
});

const limitsOf = (limits: DeadLetterAmount, { countsInFile }: AppendsRequest, orders: Orders): DeadLetterLimits =>
  countsInFile ? { ...limits, countInFile: (own) => orders.count(own) } : limits;

/** Its segments each in a buffer of their own, which can be moved. */
const alone = (made: MadeAppend & { readonly kind: 'append' }): MadeAppend => {
  const { planned } = made;
  const segments = planned.append.segments.map((segment) => ({ ...segment, bytes: segment.bytes.slice() }));
  return { ...made, planned: { ...planned, append: { ...planned.append, segments } } };
};

const buffersOf = (made: Made): readonly ArrayBuffer[] =>
  made.kind === 'append' ? made.planned.append.segments.map(({ bytes }) => bytes.buffer as ArrayBuffer) : [];
