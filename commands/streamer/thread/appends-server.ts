import { messageOf } from '../../../domain/error-message.js';
import { onAbortOrNow } from '../../../domain/on-abort.js';
import { type SplitPlan } from '../../../domain/split-plan.js';
import { type IdentifiedSource, type SourceOpening } from '../../source/source.js';
import { type DeadLetterAmount, type DeadLetterLimits } from '../dead-letter-limits.js';
import { type AppendsStart, firstTail, type MadeAppend, makeAppends } from '../make-appends.js';
import { rangeBytesOf } from '../split-source.js';
import {
  type AheadRequest,
  type AppendsRequest,
  type FindRequest,
  type Made,
  madeAhead,
  type OpenRequest,
} from './appends-request.js';
import { type Channel } from './channel.js';
import { Orders } from './orders.js';
import { RangeSearch } from './range-search.js';
import { ReadAhead } from './read-ahead.js';
import { type ServerSetUp } from './server-set-up.js';

/** A file as it stood when it was opened; no number as long as nobody has asked for it. */
interface Opened {
  readonly path: string;
  number: number | undefined;
  readonly opening: Promise<SourceOpening | undefined>;
}

/** Opens files, and makes appends of them, for another thread: one at a time. */
export class AppendsServer {
  #file: Opened | undefined;
  #ahead: ReadAhead | undefined;
  #search: RangeSearch | undefined;
  /** The number of the range that was read last. */
  #lastRange = -1;
  /** As they are expected to be. */
  #partitions: number | undefined;
  /** Ends when all that was asked for before has ended. */
  #before: Promise<void> = Promise.resolve();

  constructor(private readonly setUp: ServerSetUp) {}

  /** Begins with what is expected to be asked for. For another file this has been in vain. Never rejects. */
  async readAhead({ path, partitions, splitAbove }: AheadRequest): Promise<void> {
    this.#partitions = partitions;
    // What fails now is told to who asks for it.
    const opened = await this.#openedAs({ path, opening: undefined }).catch(() => undefined);
    const plainBytes = opened?.kind === 'identified' ? opened.ranged?.plainBytes : undefined;
    if (opened?.kind !== 'identified' || plainBytes === undefined) return;
    if (plainBytes > splitAbove) this.#search = new RangeSearch(opened, rangeBytesOf(plainBytes, splitAbove));
    else this.#ahead = new ReadAhead({ path, partitions, range: undefined }, opened, this.setUp);
  }

  /**
   * Answers a request to its end, when those before have ended: a reading that nobody listens to any more holds the file,
   * and the memory that it is read into, until its last read has come. Never rejects: what fails is told.
   */
  serve(request: OpenRequest | FindRequest | AppendsRequest, channel: Channel): Promise<void> {
    this.#before = this.#before.then(() => this.#serve(request, channel));
    return this.#before;
  }

  async #serve(request: OpenRequest | FindRequest | AppendsRequest, channel: Channel): Promise<void> {
    const orders = new Orders(channel, madeAhead);
    const tell = (made: Made): void => channel.send(made, buffersOf(made));
    try {
      if (request.kind === 'open') tell(await this.#open(request));
      else if (request.kind === 'find') tell(await this.#find(request, orders, tell));
      else await this.#append(request, orders, tell);
    } catch (error) {
      tell({ kind: 'failed', message: messageOf(error) });
    } finally {
      orders.end();
      channel.close();
    }
  }

  /** The file as it was opened under this number, or for nobody yet; otherwise as it stands now. */
  #openedAs({ path, opening }: { readonly path: string; readonly opening: number | undefined }) {
    const known = this.#file;
    if (known?.path === path && (known.number === opening || known.number === undefined)) {
      known.number = opening;
      return known.opening;
    }
    this.#file = { path, number: opening, opening: this.setUp.open(path) };
    return this.#file.opening;
  }

  async #open(request: OpenRequest): Promise<Made> {
    const opened = await this.#openedAs(request);
    if (opened === undefined) return { kind: 'elsewhere' };
    if (opened.kind !== 'identified') return opened;
    const { id, cluster, path, form, columns, start, ranged } = opened;
    return { kind: 'opened', source: { id, cluster, path, form, columns, start, plainBytes: ranged?.plainBytes } };
  }

  async #find(request: FindRequest, orders: Orders, tell: (made: Made) => void): Promise<Made> {
    const opened = await this.#openedAs(request);
    if (opened?.kind !== 'identified') return opened?.kind === 'refused' ? opened : another(request.path);
    let search = this.#search;
    this.#search = undefined;
    if (search?.source !== opened || search.rangeBytes !== request.rangeBytes) {
      await search?.giveUp();
      search = new RangeSearch(opened, request.rangeBytes);
    }
    onAbortOrNow(orders.stopped, () => void search.giveUp());
    const ranges = await search.found((bytes) => tell({ kind: 'looked', bytes }));
    if ('kind' in ranges) return ranges;
    const { id: source, cluster, path } = opened;
    this.#expect(request.path, opened, { kind: 'split', source, cluster, path, log_id: '', ...ranges }, 0);
    return { kind: 'found', ranges };
  }

  async #append(request: AppendsRequest, orders: Orders, tell: (made: Made) => void): Promise<void> {
    const begun = await this.#begin(request, orders);
    tell(begun.kind === 'begun' ? { kind: 'begun' } : begun);
    if (begun.kind !== 'begun') return;
    let hasEnded = false;
    for await (const made of begun.appends()) {
      await orders.next();
      tell(made.kind === 'append' ? alone(made) : made);
      hasEnded = made.kind === 'end' && made.end.kind === 'ended';
    }
    if (hasEnded) await this.#expectNext(request);
  }

  async #begin(request: AppendsRequest, orders: Orders): Promise<AppendsStart> {
    const [ahead, search] = [this.#ahead, this.#search];
    this.#ahead = this.#search = undefined;
    await search?.giveUp();
    const opened = await this.#openedAs(request);
    const read = opened && ahead?.isOf(request, opened) === true ? await ahead.handOver(request, orders) : undefined;
    if (read !== undefined) return read;
    await ahead?.giveUp();
    return this.#read(request, opened, orders);
  }

  async #read(request: AppendsRequest, opened: SourceOpening | undefined, orders: Orders): Promise<AppendsStart> {
    const { range, id, tail, partitions, version } = request;
    const { setUp } = this;
    if (opened?.kind === 'refused') return opened;
    if (opened?.kind !== 'identified') return another(request.path);
    const source = range === undefined ? opened : opened.ranged?.at(range.plan, range.index);
    if (source?.id !== id) return another(opened.path);
    const making = {
      ...setUp,
      partitions,
      deadLetters: limitsOf(setUp.deadLetters, request, orders),
      encode: setUp.encode(() => version),
    };
    return makeAppends(source, request, tail.course, firstTail(tail), making, orders.stopped);
  }

  /**
   * Begins with the range that comes next, while what was made of this one is appended and the next is claimed: as far
   * behind this one as this one was behind the last, as streamers that share a file go through it in turns.
   */
  async #expectNext(request: AppendsRequest): Promise<void> {
    const { path, range, partitions } = request;
    const opened = await this.#openedAs(request);
    if (range === undefined || opened?.kind !== 'identified') return;
    const { plan, index: last } = range;
    const index = last + Math.max(1, last - this.#lastRange);
    this.#lastRange = last;
    this.#partitions = partitions;
    this.#expect(path, opened, plan, index);
  }

  #expect(path: string, file: IdentifiedSource, plan: SplitPlan, index: number): void {
    if (this.#partitions === undefined || index >= plan.ranges.length) return;
    this.#ahead = new ReadAhead({ path, partitions: this.#partitions, range: { plan, index } }, file, this.setUp);
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
