import { onAbortOrNow } from '../../../domain/on-abort.js';
import { type SplitPlan } from '../../../domain/split-plan.js';
import { firstCourse } from '../../append/source-course.js';
import { type IdentifiedSource, type SourceOpening } from '../../source/source.js';
import { type DeadLetterAmount, noLetters } from '../dead-letter-limits.js';
import { type AppendsBegun, type AppendsStart, type MadeAppend, makeAppends } from '../make-appends.js';
import { type AppendsRequest } from './appends-request.js';
import { type Orders } from './orders.js';
import { type ServerSetUp } from './server-set-up.js';

/** What is expected to be asked for next: a file, or a range of one, of which nothing has been appended yet. */
export interface Expected {
  readonly path: string;
  readonly range: { readonly plan: SplitPlan; readonly index: number } | undefined;
  readonly partitions: number;
}

/** A source that was read ahead, and how it goes on. */
interface Read {
  readonly source: IdentifiedSource;
  readonly start: AppendsStart;
}

interface Asked {
  readonly request: AppendsRequest;
  readonly orders: Orders;
}

/**
 * Reads a source from its beginning, as far as its first append, before it is known where that goes: a streamer finds
 * that out meanwhile, which takes longer than to read a hundred megabytes.
 */
export class ReadAhead {
  readonly #over = new AbortController();
  readonly #reading: Promise<Read | undefined>;
  #begun: AsyncIterator<MadeAppend> | undefined;
  #give: (asked: Asked) => void = () => undefined;
  #refuse: (reason: unknown) => void = () => undefined;
  readonly #asked = new Promise<Asked>((give, refuse) => ([this.#give, this.#refuse] = [give, refuse]));
  /** Undefined as long as it is not asked for. */
  #request: AppendsRequest | undefined;

  constructor(
    private readonly expected: Expected,
    private readonly file: IdentifiedSource,
    setUp: ServerSetUp,
  ) {
    this.#asked.catch(() => undefined);
    this.#reading = this.#read(setUp).catch(() => undefined);
  }

  /** @param opened the file as it is asked for */
  isOf(request: AppendsRequest, opened: SourceOpening): boolean {
    const { expected } = this;
    const { path, range, from, sameAs, partitions, countsInFile, tail } = request;
    const { course } = tail;
    if (opened !== this.file || countsInFile !== (expected.range !== undefined)) return false;
    const isSame = path === expected.path && partitions === expected.partitions;
    const isSameRange = range?.index === expected.range?.index && range?.plan.source === expected.range?.plan.source;
    const isFirst = from === undefined && sameAs === undefined && course.pass === 0 && course.base === null;
    return isSame && isSameRange && isFirst && course.rows === 0 && course.counted === 0;
  }

  /** How it goes on; undefined when it came to nothing, or another source was read. */
  async handOver(request: AppendsRequest, orders: Orders): Promise<AppendsStart | undefined> {
    const { stopped } = orders;
    onAbortOrNow(stopped, () => this.#over.abort(stopped.reason));
    const read = await this.#reading;
    if (read?.source.id !== request.id || request.tail.course.offset !== read.source.start.offset) return undefined;
    this.#request = request;
    this.#give({ request, orders });
    return read.start;
  }

  /** Resolves when nothing is read any more. */
  async giveUp(): Promise<void> {
    this.#over.abort();
    this.#refuse(this.#over.signal.reason);
    await this.#reading;
    await this.#begun?.return?.().catch(() => undefined);
  }

  async #read(setUp: ServerSetUp): Promise<Read> {
    const { signal } = this.#over;
    const { range } = this.expected;
    const source = range === undefined ? this.file : this.file.ranged!.at(range.plan, range.index);
    const making = {
      ...setUp,
      partitions: this.expected.partitions,
      deadLetters: {
        ...setUp.deadLetters,
        ...(this.expected.range && { countInFile: (own: DeadLetterAmount) => this.#count(own) }),
      },
      encode: setUp.encode(() => this.#request!.version),
    };
    const { id, cluster, path, columns } = source;
    const course = firstCourse({ source: id, cluster, path, columns, log_id: '' }, source.start);
    const tail = { known: () => this.#request?.tail, wait: async () => (await this.#asked).request.tail };
    const start = await makeAppends(source, { from: undefined, sameAs: undefined }, course, tail, making, signal);
    return { source, start: start.kind === 'begun' ? this.#running(start) : start };
  }

  /** See `DeadLetterLimits.countInFile`: letters wait for who can count them, and where there are none nothing does. */
  async #count(own: DeadLetterAmount): Promise<DeadLetterAmount> {
    if (own.count === 0 && this.#request === undefined) return noLetters;
    return (await this.#asked).orders.count(own);
  }

  /** Makes the first append at once, as far as it can be made. */
  #running(begun: AppendsBegun): AppendsBegun {
    const appends = begun.appends()[Symbol.asyncIterator]();
    this.#begun = appends;
    const first = appends.next();
    first.catch(() => undefined);
    async function* all(): AsyncGenerator<MadeAppend, void, undefined> {
      try {
        for (let made = await first; made.done !== true; made = await appends.next()) yield made.value;
      } finally {
        await appends.return?.();
      }
    }
    return { ...begun, appends: all };
  }
}
