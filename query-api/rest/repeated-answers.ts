import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Context, type Middleware } from 'koa';
import { routeOf } from '../http/route-of.js';
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
  readonly count: (method: string, route: string, since: number) => void;
}

/** What is told, of an answer that follows from the models alone, to whoever keeps it. */
export interface AnswerState {
  readonly lasting?: Lasting | undefined;
  readonly fleet?: Fleet;
  /** The body that it answers, as text. */
  readonly sent?: string;
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
 * What the answer to a request depends on beside the models and the clock, for all who are let have it: what is asked
 * for, under which name, for which page, and the forms that are sent and taken. Undefined where it is more.
 */
const askedBy = ({ method, url, headers }: IncomingMessage, body: string): string | undefined => {
  if ((method !== 'GET' && method !== 'POST') || headers['if-none-match'] !== undefined) return undefined;
  const { host, origin, accept } = headers;
  // A header that says nothing is another than one that is left out.
  return JSON.stringify([method, url, host, origin, accept, headers['accept-encoding'], headers['content-type'], body]);
};

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

  /** Whether the body of a request has to be there before it can be told what is asked. */
  wantsBody(request: IncomingMessage): boolean {
    return request.method === 'POST' && this.source.isUsual() && this.source.mayRead(request);
  }

  /**
   * Answers a request if the same has been answered before; false where it has not, or may not have it.
   *
   * @param body as text, where one is asked with
   */
  answer(request: IncomingMessage, response: ServerResponse, body = ''): boolean {
    const since = performance.now();
    const asked = this.source.isUsual() ? askedBy(request, body) : undefined;
    // First of all: the state of the models is made for nobody who is refused.
    if (asked === undefined || !this.source.mayRead(request)) return false;
    const given = this.#given.get(this.source.fleet(), this.source.clock(), asked);
    if (given === undefined || !this.source.isWithinRate(request)) return false;
    response.writeHead(200, given.headers);
    response.end(given.body);
    this.source.count(request.method!, given.route, since);
    return true;
  }

  /** Goes around everything that has a part in an answer, and keeps what left. */
  readonly keep: Middleware = async (ctx, next) => {
    const wasUsual = this.source.isUsual();
    await next();
    // What was answered while it was not as ever says so.
    if (wasUsual && this.source.isUsual()) this.#keep(ctx);
  };

  /** Bytes that are kept of a state of the models. */
  bytesOf(fleet: Fleet): number {
    return this.#given.bytesOf(fleet);
  }

  #keep(ctx: Context): void {
    const { lasting, fleet, sent } = ctx.state as AnswerState;
    const body: unknown = ctx.body;
    if (!lasting || !fleet || fleet !== this.source.fleet() || ctx.status !== 200 || !Buffer.isBuffer(body)) return;
    const [asked, headers] = [askedBy(ctx.req, sent ?? ''), headersOf(ctx.res)];
    if (asked !== undefined && headers) this.#given.keep(fleet, asked, { headers, body, lasting, route: routeOf(ctx) });
  }
}
