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

  constructor(private readonly setUp: ServerSetUp) {}

  /**
   * Begins with a file that is expected to be asked for from its beginning, before anybody knows where its appends go:
   * reads as much as goes into one append. For another one this has been in vain.
   */
  readAhead(request: AheadRequest): void {
    this.#ahead = new ReadAhead(request, this.setUp);
  }

  /** Answers a request to its end. Never rejects: what fails is told. */
  async serve(request: AppendsRequest, channel: Channel): Promise<void> {
    const orders = new Orders(channel, madeAhead);
    const tell = (made: Made): void => channel.send(made, buffersOf(made));
    try {
      const begun = await this.#begin(request, orders);
      tell(begun.kind === 'begun' ? { kind: 'begun' } : begun);
      if (begun.kind !== 'begun') return;
      for await (const made of begun.appends()) {
        await orders.next();
        tell(made.kind === 'append' ? alone(made) : made);
      }
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
    if (ahead?.isOf(request)) {
      const begun = await ahead.handOver(request, orders.stopped);
      if (begun !== undefined) {
        this.#held = { path: request.path, opening: request.opening, source: begun.source };
        return begun.start;
      }
    }
    ahead?.giveUp();
    return this.#read(request, orders);
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
