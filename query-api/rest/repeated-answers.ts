import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Context, type Middleware } from 'koa';
import { type Fleet } from '../model/fleet.js';
import { type Clock } from '../queries/clock.js';
import { KeptAnswers, type Lasting } from './kept-answers.js';

/** What an answer follows from, and who is let have it. */
export interface AnswerGrounds {
  /** Whether answers are given as ever: the models are loaded, followed and whole. */
  readonly isUsual: () => boolean;
  readonly fleet: () => Fleet;
  readonly clock: () => Clock;
  /** Whether who asks may read. */
  readonly mayRead: (request: IncomingMessage) => boolean;
  /** Whether who asks has not asked too often; if so, this time counts. */
  readonly isWithinRate: (request: IncomingMessage) => boolean;
  /** Told of every answer that is given again. @param since `performance.now()` when it was asked for */
  readonly count: (route: string, since: number) => void;
}

/** An answer as it left: what was decided about it on its way is not decided again. */
interface Given {
  /** Names and values by turns. */
  readonly headers: string[];
  readonly body: Buffer;
  readonly lasting: Lasting;
  /** For who counts requests by route. */
  readonly route: string;
}

/**
 * What the answer to a request depends on beside the models and the clock, for all who are let have it: the address,
 * under the name that was asked, and what browsers tell of a page and of encodings. Undefined where it is more.
 */
const askedBy = ({ method, url, headers }: IncomingMessage): string | undefined =>
  method === 'GET' && url!.startsWith('/api/') && headers['if-none-match'] === undefined
    ? [headers['accept-encoding'], headers.origin, headers.host, url].join('\n')
    : undefined;

/** Undefined where one of them is more than a line, as what concerns one client alone is. */
const headersOf = (response: ServerResponse): string[] | undefined => {
  const lines = Object.entries(response.getHeaders());
  if (lines.some(([, value]) => Array.isArray(value))) return undefined;
  return lines.flatMap(([name, value]) => [name, String(value)]);
};

/**
 * Gives an answer that follows from the models alone again, as it left, to whoever asks the same while neither they nor
 * a status have changed: all that is asked for again and again costs no more than its sending.
 */
export class RepeatedAnswers {
  readonly #given = new KeptAnswers<Given>(({ body }) => body.length);

  constructor(private readonly source: AnswerGrounds) {}

  /** Answers a request if the same has been answered before; false where it has not, or may not have it. */
  answer(request: IncomingMessage, response: ServerResponse): boolean {
    const since = performance.now();
    const asked = this.source.isUsual() ? askedBy(request) : undefined;
    // First of all: the state of the models is made for nobody who is refused.
    if (asked === undefined || !this.source.mayRead(request)) return false;
    const given = this.#given.get(this.source.fleet(), this.source.clock(), asked);
    if (given === undefined || !this.source.isWithinRate(request)) return false;
    response.writeHead(200, given.headers);
    response.end(given.body);
    this.source.count(given.route, since);
    return true;
  }

  /** Goes around everything that has a part in an answer, and keeps what left. */
  readonly keep: Middleware = async (ctx, next) => {
    const asked = this.source.isUsual() ? askedBy(ctx.req) : undefined;
    await next();
    // What was answered while it was not as ever says so.
    if (asked !== undefined && this.source.isUsual()) this.#keep(asked, ctx);
  };

  /** Bytes that are kept of a state of the models. */
  bytesOf(fleet: Fleet): number {
    return this.#given.bytesOf(fleet);
  }

  #keep(asked: string, ctx: Context): void {
    const { lasting, fleet } = ctx.state as { lasting?: Lasting; fleet?: Fleet };
    const body: unknown = ctx.body;
    const route: unknown = Reflect.get(ctx, '_matchedRoute');
    if (!lasting || !fleet || fleet !== this.source.fleet() || ctx.status !== 200 || !Buffer.isBuffer(body)) return;
    const headers = headersOf(ctx.res);
    if (headers && typeof route === 'string') this.#given.keep(fleet, asked, { headers, body, lasting, route });
  }
}
