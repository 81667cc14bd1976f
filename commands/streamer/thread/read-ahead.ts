import { type Segment } from '../../../domain/segment/segment.js';
import { onAbort } from '../../../domain/on-abort.js';
import { firstCourse } from '../../append/source-course.js';
import { type Tail } from '../../append/plan-appends.js';
import { type IdentifiedSource } from '../../source/source.js';
import { type AppendsBegun, type AppendsStart, type MadeAppend, makeAppends } from '../make-appends.js';
import { type AheadRequest, type AppendsRequest } from './appends-request.js';
import { type ServerSetUp } from './server-set-up.js';

/** A file as it was opened, and what came of reading it. */
export interface HandedOver {
  readonly source: IdentifiedSource;
  readonly start: AppendsStart;
}

/**
 * Reads a file from its beginning, as far as its first append, before it is known where that goes: a streamer finds that
 * out meanwhile, which takes longer than to read a hundred megabytes.
 */
export class ReadAhead {
  readonly #over = new AbortController();
  readonly #reading: Promise<HandedOver | undefined>;
  #give: (request: AppendsRequest) => void = () => undefined;

  constructor(
    private readonly expected: AheadRequest,
    setUp: ServerSetUp,
  ) {
    this.#reading = this.#read(setUp).catch(() => undefined);
  }

  /** Whether that is what is asked for: nothing of the file has been appended, and all of it is to be read. */
  isOf({ path, range, from, sameAs, partitions, tail: { course } }: AppendsRequest): boolean {
    const isWhole = path === this.expected.path && range === undefined && partitions === this.expected.partitions;
    const isFirst = from === undefined && sameAs === undefined && course.pass === 0 && course.base === null;
    return isWhole && isFirst && course.rows === 0 && course.counted === 0;
  }

  /** Undefined when it came to nothing, or another file was read. */
  async handOver(request: AppendsRequest, stopped: AbortSignal): Promise<HandedOver | undefined> {
    onAbort(stopped, () => this.#over.abort(stopped.reason));
    const read = await this.#reading;
    if (read?.source.id !== request.id || request.tail.course.offset !== read.source.start.offset) return undefined;
    this.#give(request);
    return read;
  }

  giveUp(): void {
    this.#over.abort();
  }

  async #read(setUp: ServerSetUp): Promise<HandedOver | undefined> {
    const { signal } = this.#over;
    const { path: file, most, partitions } = this.expected;
    const source = await setUp.open(file, signal);
    if (source.kind !== 'identified' || (source.ranged?.plainBytes ?? Infinity) > most) return undefined;
    const asked = new Promise<AppendsRequest>((resolve) => (this.#give = resolve));
    let version = 0;
    const tail = async (): Promise<Tail> => {
      const request = await asked;
      version = request.version;
      return request.tail;
    };
    const encode = (segment: Segment): Uint8Array => setUp.encode(segment, version);
    const making = { ...setUp, partitions, encode };
    const { id, cluster, path, columns } = source;
    const course = firstCourse({ source: id, cluster, path, columns, log_id: '' }, source.start);
    const start = await makeAppends(source, { from: undefined, sameAs: undefined }, course, tail, making, signal);
    return { source, start: start.kind === 'begun' ? running(start) : start };
  }
}

/** Makes the first append at once, as far as it can be made. */
const running = (begun: AppendsBegun): AppendsBegun => {
  const appends = begun.appends()[Symbol.asyncIterator]();
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
};
